/** `postern probe`: what a DTLS server speaks, asked with the client role of our own stack. */
import type { Command } from 'commander';
import { displayBytes } from '../../base/index.ts';
import { displayRemote, findRemote, parseCoapsUri, type Remote, unreachableRemote } from '../device/index.ts';
import { CommandFault, EXIT } from '../fault.ts';
import type { ProbeReport } from '../probe/handshake.ts';
import { facts } from '../table.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { addPskOptions, type PskOptions, pskOf, seconds } from './device-request.ts';

interface ProbeFlags extends PskOptions {
  readonly timeout: number;
}

const TIMEOUT_DEFAULT_S = 10;

export function addProbe(program: Command, context: CommandContext): void {
  addPskOptions(program.command('probe').argument('<uri>', 'coaps://HOST:PORT'))
    .description('ask a DTLS server what it speaks, with and without a key')
    .option('--timeout <s>', 'seconds for the handshake', seconds, TIMEOUT_DEFAULT_S)
    .addHelpText(
      'after',
      examples('postern probe coaps://127.0.0.1:5684', 'postern probe coaps://192.0.2.1 --psk lamp-1:KEYHEX'),
    )
    .action(async (uri: string, flags: ProbeFlags) => {
      const { host, port } = parseCoapsUri(uri);
      const psk = await pskOf(flags, context);
      const remote = await findRemote(host, port);
      const { probeServer } = await import('../probe/handshake.ts');
      const report = await probeServer({ remote, psk, timeoutMs: flags.timeout * 1_000 });
      if (report.outcome.kind === 'unreachable') throw unreachableRemote(remote, report.outcome.code);
      if (report.outcome.kind === 'silent') throw silent(remote, flags.timeout);
      const identity = psk === undefined ? undefined : displayBytes(psk.identity);
      answer(context, forMachines(remote, report), () => displayReport(remote, report, identity));
      if (report.outcome.kind === 'failed') context.settle(EXIT.failure);
    });
}

const silent = (remote: Remote, timeoutS: number): CommandFault =>
  new CommandFault(
    EXIT.unavailable,
    `no answer from ${displayRemote(remote)} within ${timeoutS} s`,
    'check host and port, and whether something in between drops UDP',
  );

/** The report for a person. `identity` is the one that was offered, if any. */
export function displayReport(remote: Remote, report: ProbeReport, identity: string | undefined): string {
  const { answers, roundTrips, elapsedMs } = report;
  const { hello } = answers;
  const said: (readonly [string, string])[] = [
    ['server', displayRemote(remote)],
    ['cookie exchange', answers.cookie ? 'yes' : 'no'],
  ];
  if (hello !== undefined) {
    said.push(
      ['version', hello.version],
      ['suite', suiteName(hello.suite)],
      ['extended master secret', hello.extensions.includes('extended_master_secret') ? 'yes' : 'no'],
      ['extensions', hello.extensions.length === 0 ? 'none' : hello.extensions.join(', ')],
    );
  }
  if (answers.pskHint !== undefined) said.push(['identity hint', answers.pskHint]);
  if (answers.alert !== undefined && answers.alert !== 'close_notify') said.push(['alert', answers.alert]);
  said.push(['round trips', String(roundTrips)], ['time', `${elapsedMs.toFixed(1)} ms`]);
  return `${facts(said)}\n${verdict(report, identity)}\n`;
}

function verdict({ outcome, answers }: ProbeReport, identity: string | undefined): string {
  switch (outcome.kind) {
    case 'established':
      return `established as ${identity ?? 'nobody'}`;
    case 'wants-key':
      return 'stopped here: the server wants a pre-shared key; --psk ID:KEYHEX goes on';
    case 'failed':
      if (answers.hello === undefined) {
        return answers.alert === undefined
          ? `no answer that makes sense to the hello (${outcome.reason})`
          : `the server refused the hello (${answers.alert})`;
      }
      return `the server refused identity or key (${answers.alert ?? outcome.reason})`;
    case 'unreachable':
    case 'silent':
      return 'no answer';
  }
}

function forMachines(remote: Remote, { outcome, answers, roundTrips, elapsedMs }: ProbeReport): unknown {
  const { hello } = answers;
  return {
    server: displayRemote(remote),
    outcome: outcome.kind,
    reason: outcome.kind === 'failed' ? outcome.reason : null,
    cookieExchange: answers.cookie,
    version: hello?.version ?? null,
    suite: hello === undefined ? null : suiteName(hello.suite),
    extensions: hello?.extensions ?? [],
    identityHint: answers.pskHint ?? null,
    alert: answers.alert ?? null,
    roundTrips,
    elapsed_ms: Number(elapsedMs.toFixed(1)),
  };
}

function suiteName(id: number): string {
  return SUITE_BY_NUMBER[id] ?? `0x${id.toString(16).padStart(4, '0')}`;
}

/** What we offer, and so all that a server may choose (IANA TLS Cipher Suites). */
const SUITE_BY_NUMBER: Readonly<Record<number, string>> = {
  0xc0a8: 'TLS_PSK_WITH_AES_128_CCM_8',
  0xc0a4: 'TLS_PSK_WITH_AES_128_CCM',
  0x00a8: 'TLS_PSK_WITH_AES_128_GCM_SHA256',
  0xccab: 'TLS_PSK_WITH_CHACHA20_POLY1305_SHA256',
  0xc0a9: 'TLS_PSK_WITH_AES_256_CCM_8',
  0xc0a5: 'TLS_PSK_WITH_AES_256_CCM',
  0x00a9: 'TLS_PSK_WITH_AES_256_GCM_SHA384',
};
