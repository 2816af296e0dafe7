/** `postern probe`: what a DTLS server speaks, asked with the client role of our own stack. */
import type { Command } from 'commander';
import { type CommandContext, examples } from './context.ts';
import { addPskOptions } from './device-request.ts';

export function addProbe(program: Command, context: CommandContext): void {
  addPskOptions(program.command('probe').argument('<uri>', 'coaps://HOST:PORT'))
    .description('ask a DTLS server what it speaks')
    .addHelpText(
      'after',
      examples('postern probe coaps://127.0.0.1:5684', 'postern probe coaps://192.0.2.1 --psk lamp-1:KEYHEX'),
    )
    .action(async () => {
      await Promise.resolve(context);
    });
}
