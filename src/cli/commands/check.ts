/** `postern check`: the configuration with all its errors at once, without running anything. */
import type { Command } from 'commander';
import { displayAddress } from '../../base/index.ts';
import type { Config } from '../../daemon/config/index.ts';
import { EXIT } from '../fault.ts';
import { facts } from '../table.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { addConfigOptions } from './serve.ts';

interface CheckFlags {
  readonly config?: string;
  readonly profile?: string;
}

export function addCheck(program: Command, context: CommandContext): void {
  addConfigOptions(program.command('check'))
    .description('check a configuration: every error, with where it is and what helps')
    .addHelpText(
      'after',
      examples('postern check --config /etc/postern.yaml', 'postern check --profile edge'),
    )
    .action(async (flags: CheckFlags) => {
      const { displayProblems, loadConfig } = await import('../../daemon/config/index.ts');
      const state = context.terminal.env['POSTERN_STATE'];
      const result = loadConfig({ file: flags.config, profile: flags.profile, state });
      if (result.kind === 'valid') {
        answer(context, { valid: true, config: result.config }, () => displayConfig(result.config));
        return;
      }
      if (context.json()) answer(context, { valid: false, problems: result.problems }, () => '');
      else context.terminal.note(displayProblems(result.problems));
      context.settle(EXIT.configuration);
    });
}

/** What a person wants to see of a configuration that is in order. */
export function displayConfig(config: Config): string {
  const { shard } = config;
  return `the configuration is valid\n${facts([
    ['profile', config.profile],
    ['state', config.stateDirectory],
    ...shard.listeners.map((one) => ['devices', `coaps://${displayAddress(one)}`] as const),
    ['admin', `http://${displayAddress(config.admin)}`],
    ['shards', String(shard.shards)],
    ...shard.backends.map((one) => ['backend', `${one.name} at coap://${displayAddress(one)}`] as const),
    ...shard.routes.map(
      (one) => ['route', `${one.name}: ${one.path} to ${one.backend}${one.rewrite}`] as const,
    ),
  ])}`;
}
