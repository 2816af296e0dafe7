/** `postern serve`: runs the gateway in this process until SIGTERM or SIGINT. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, examples } from './context.ts';

interface ServeFlags {
  readonly config?: string;
  readonly profile?: string;
  readonly coapsPort?: number;
  readonly adminPort?: number;
  readonly demo?: boolean;
  readonly acceptClock?: boolean;
}

const PORT_MAX = 65_535;

export function addServe(program: Command, context: CommandContext): void {
  addConfigOptions(program.command('serve'))
    .description('run the gateway until SIGTERM or SIGINT')
    .option('--coaps-port <n>', 'UDP port for devices, 0 for any free one', port)
    .option('--admin-port <n>', 'TCP port for administration, 0 for any free one', port)
    .option('--accept-clock', "believe the system's clock, although later times have been seen")
    .option('--demo', 'with a demo backend and a demo device to try')
    .addHelpText(
      'after',
      `
Standard output gets one line when everything listens:
  postern ready coaps=127.0.0.1:5684 admin=127.0.0.1:8080 pid=1234
${examples('postern serve --profile dev --demo', 'postern serve --config /etc/postern.yaml')}`,
    )
    .action(async (flags: ServeFlags) => {
      const { serve } = await import('../../main.ts');
      context.settle(
        await serve({
          config: flags.config,
          profile: flags.profile,
          ...(flags.coapsPort === undefined ? {} : { coapsPort: flags.coapsPort }),
          ...(flags.adminPort === undefined ? {} : { adminPort: flags.adminPort }),
          acceptClock: flags.acceptClock === true,
          ...(flags.demo === true ? (await import('../demo/index.ts')).demoHooks(context.terminal) : {}),
        }),
      );
    });
}

/** The process that serves the demo's backend; not for people, so not in the help. */
export function addDemoBackend(program: Command): void {
  program.command('demo-backend', { hidden: true }).action(async () => {
    const { runDemoBackend } = await import('../demo/index.ts');
    await runDemoBackend();
  });
}

/** `--config` and `--profile`, which name the configuration in force. */
export function addConfigOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration (YAML)')
    .addOption(new Option('--profile <name>', 'defaults to start from').choices(['dev', 'edge']));
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= PORT_MAX) return value;
  throw new InvalidArgumentError(`Use a number from 0 to ${PORT_MAX}.`);
}
