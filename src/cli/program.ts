/** The `postern` command: its page, its global options, and what becomes of an outcome. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { addCheck } from './commands/check.ts';
import { addClaim } from './commands/claim.ts';
import { addClaimWindow } from './commands/claim-window.ts';
import { addDevice } from './commands/device.ts';
import { addProbe } from './commands/probe.ts';
import { addDemoBackend, addServe } from './commands/serve.ts';
import { addSessions } from './commands/sessions.ts';
import { addActors } from './commands/actor.ts';
import { addAudit } from './commands/audit.ts';
import { addAuthority } from './commands/authority.ts';
import { addTrust } from './commands/trust.ts';
import { addUser } from './commands/user.ts';
import type { CommandContext } from './commands/context.ts';
import { gatewayAddress } from './admin-address.ts';
import { adminClient } from './client.ts';
import { CommandFault, displayFault, EXIT } from './fault.ts';
import type { Terminal } from './terminal.ts';

interface GlobalOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
}

const AFTERWORD = `
Environment:
  POSTERN_URL, POSTERN_TOKEN  the gateway's admin interface, as --url and --token
  POSTERN_STATE               where the gateway keeps its state (default: ./var); its port and token are found there
  POSTERN_PSK                 IDENTITY:KEYHEX, as --psk

Exit codes: 0 ok, 1 failed, 2 usage, 69 a port or peer is not available, 78 configuration

First steps:
  npm start                                         the gateway with a demo backend and a demo device
  postern user add ann
  postern device add lamp-1 --owner ann             makes a key and shows it once
  postern device get coaps://127.0.0.1:5684/demo/hello --psk lamp-1:KEYHEX`;

/** Runs one command line (without `node` and script) and resolves with the exit code. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const outcome = { code: EXIT.ok as number };
  const program = buildProgram(terminal, (code) => {
    outcome.code = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return outcome.code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return EXIT.ok;
      // What is wrong has been said; what was given has not been taken apart.
      if (argv.includes('--json')) {
        const [error] = thrown.message.replace(/^error: /, '').split('\n');
        terminal.write(`${JSON.stringify({ error, hint: 'see --help' }, null, 2)}\n`);
      }
      return EXIT.usage;
    }
    if (!(thrown instanceof CommandFault)) throw thrown;
    if (program.opts<GlobalOptions>().json === true) {
      const failure = { error: thrown.message, hint: thrown.hint ?? null, ...thrown.details };
      terminal.write(`${JSON.stringify(failure, null, 2)}\n`);
    }
    terminal.note(displayFault(thrown.message, thrown.hint));
    return thrown.exit;
  }
}

/** The whole tree of commands; used by the page generator too. */
export function buildProgram(terminal: Terminal, settle: (code: number) => void): Command {
  const program = new Command('postern');
  configure(program, terminal);
  program
    .description(
      'A secure gateway for the Internet of Things: DTLS and CoAP on one side, your backends on the other.',
    )
    .usage('[options] COMMAND')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help, also for a single command')
    .helpCommand(false)
    .addOption(new Option('--json', 'answer in JSON, for machines'))
    .addOption(new Option('--url <url>', "the gateway's admin interface"))
    .addOption(new Option('--token <token>', 'admin token (POSTERN_TOKEN keeps it out of the process list)'))
    .addHelpText('after', AFTERWORD);
  const globals = (): GlobalOptions => program.opts<GlobalOptions>();
  const context: CommandContext = {
    terminal,
    settle,
    json: () => globals().json === true,
    admin: () => adminClient(gatewayAddress(globals(), terminal), terminal.fetch),
  };
  program.commandsGroup('The gateway:');
  addServe(program, context);
  addCheck(program, context);
  program.commandsGroup('Administration (of a running gateway):');
  addUser(program, context);
  addDevice(program, context);
  addClaim(program, context);
  addClaimWindow(program, context);
  addActors(program, context);
  addTrust(program, context);
  addSessions(program, context);
  addAudit(program, context);
  addAuthority(program, context);
  program.commandsGroup('Diagnosis:');
  addProbe(program, context);
  addDemoBackend(program);
  pointToHelp(program, 'postern');
  return program;
}

/** Set before the first subcommand, which inherits it. */
function configure(program: Command, terminal: Terminal): void {
  program
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true, helpWidth: 110 })
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.note(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'postern: ').replace(/\n\(/, '\n  (')),
    });
}

/** After a usage error, names the help page of the very command. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`  see: ${path} --help`);
  for (const child of command.commands) pointToHelp(child, `${path} ${child.name()}`);
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version: found } = JSON.parse(text) as { version: string };
  return found;
}
