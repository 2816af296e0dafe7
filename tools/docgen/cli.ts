/** docs/reference/cli.md: every help page of the `postern` command. */
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';
import { type Page, page, type Section } from './markdown.ts';

export function cliPage(): Page {
  const lead =
    'The help pages of the `postern` command. Every command that asks the gateway speaks to its admin API and takes ' +
    '`--json`, `--url` and `--token`.';
  const program = commandTree();
  return page(
    'docs/reference/cli.md',
    'Command line',
    lead,
    ['src/cli/program.ts'],
    sectionsOf(program, 'postern'),
  );
}

/** The paths of all commands: `postern`, `postern device`, `postern device add`, … */
export function commandPaths(): string[] {
  const below = (command: Command, path: string): string[] => [
    path,
    ...command.commands.flatMap((child) => below(child, `${path} ${child.name()}`)),
  ];
  return below(commandTree(), 'postern');
}

function sectionsOf(command: Command, path: string): Section[] {
  const help = { title: path, blocks: [`\`\`\`text\n${helpOf(command)}\n\`\`\``] };
  const children = command.createHelp().visibleCommands(command);
  return [help, ...children.flatMap((child) => sectionsOf(child, `${path} ${child.name()}`))];
}

/** The page as `--help` prints it, what is added after the options included. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (piece) => (text += piece), getOutHelpWidth: () => 110 });
  command.outputHelp();
  return text.trimEnd();
}

function commandTree(): Command {
  const silent = {
    env: {},
    cwd: '.',
    interactive: false,
    attended: false,
    write: () => {},
    note: () => {},
    fetch,
  };
  return buildProgram(
    { ...silent, input: () => Promise.resolve(new Uint8Array()), ask: () => undefined },
    () => {},
  );
}
