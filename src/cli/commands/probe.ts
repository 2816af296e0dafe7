/** `postern probe`: what a DTLS server speaks, asked with the client role of our own stack. */
import type { Command } from 'commander';
import { displayBytes } from '../../base/index.ts';
import { type OwnIdentity, suiteById } from '../../dtls/index.ts';
import { displayRemote, findRemote, parseCoapsUri, type Remote, unreachableRemote } from '../device/index.ts';
import { CommandFault, EXIT } from '../fault.ts';
import { readIdentity } from '../key-file.ts';
import type { ProbeReport } from '../probe/handshake.ts';
import type { ServerKey } from '../probe/server-key.ts';
import { facts } from '../table.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { addPskOptions, type PskOptions, pskOf, seconds } from './device-request.ts';

interface ProbeFlags extends PskOptions {
  readonly timeout: number;
  readonly rpk?: string;
  readonly cert?: string;
  readonly key?: string;
}

const TIMEOUT_DEFAULT_S = 10;

export function addProbe(program: Command, context: CommandContext): void {
  addPskOptions(program.command('probe').argument('<uri>', 'coaps://HOST:PORT'))
    .description('ask a DTLS server what it speaks, with and without a key')
    .option('--rpk <file>', 'private key to show as a raw public key, - for standard input')
    .option('--cert <file>', 'certificate to show, with the intermediate ones; needs --key')
    .option('--key <file>', 'private key of the certificate')
    .option('--timeout <s>', 'seconds for the handshake', seconds, TIMEOUT_DEFAULT_S)
    .addHelpText(
      'after',
      examples(
        'postern probe coaps://127.0.0.1:5684',
        'postern probe coaps://192.0.2.1 --psk lamp-1:KEYHEX',
        'postern probe coaps://192.0.2.1 --rpk lock-1.key',
        'postern probe coaps://192.0.2.1 --cert lock-1.pem --key lock-1.key',
      ),
    )
    .action(async (uri: string, flags: ProbeFlags) => {
      const { host, port } = parseCoapsUri(uri);
      const psk = await pskOf(flags, context);
      const identity = await identityOf(flags, context);
      const remote = await findRemote(host, port);
      const { probeServer } = await import('../probe/handshake.ts');
      const report = await probeServer({ remote, psk, identity, timeoutMs: flags.timeout * 1_000 });
      if (report.outcome.kind === 'unreachable') throw unreachableRemote(remote, report.outcome.code);
      if (report.outcome.kind === 'silent') throw silent(remote, flags.timeout);
      const shown = psk === undefined ? shownBy(flags) : displayBytes(psk.identity);
      answer(context, forMachines(remote, report), () => displayReport(remote, report, shown));
      if (report.outcome.kind === 'failed') context.settle(EXIT.failure);
    });
}

async function identityOf(flags: ProbeFlags, context: CommandContext): Promise<OwnIdentity | undefined> {
  const { rpk, cert, key } = flags;
  if (rpk !== undefined && cert === undefined && key === undefined)
    return readIdentity(rpk, undefined, context.terminal);
  if (rpk === undefined && cert !== undefined && key !== undefined)
    return readIdentity(key, cert, context.terminal);
  if (rpk === undefined && cert === undefined && key === undefined) return undefined;
  throw new CommandFault(
    EXIT.usage,
    'a probe shows a raw public key or a certificate',
    'give --rpk KEYFILE, or --cert FILE with --key FILE',
  );
}

const shownBy = ({ rpk, cert }: ProbeFlags): string | undefined =>
  rpk === undefined ? cert && `the certificate in ${cert}` : `the key in ${rpk}`;

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
      ['connection id', hello.extensions.includes('connection_id') ? 'agreed' : 'offered, not taken'],
      ['extensions', hello.extensions.length === 0 ? 'none' : hello.extensions.join(', ')],
    );
  }
  said.push(...keyFacts(report.serverKey));
  if (report.resumed !== undefined) said.push(['resumption', report.resumed ? 'yes' : 'offered, not done']);
  if (answers.pskHint !== undefined) said.push(['identity hint', answers.pskHint]);
  if (answers.alert !== undefined && answers.alert !== 'close_notify') said.push(['alert', answers.alert]);
  said.push(['round trips', String(roundTrips)], ['time', `${elapsedMs.toFixed(1)} ms`]);
  return `${facts(said)}\n${verdict(report, identity)}\n`;
}

function keyFacts(key: ServerKey | undefined): (readonly [string, string])[] {
  if (key === undefined) return [];
  const { certificate, spoken } = key;
  const print = spoken === null ? [] : [['server key', spoken] as const];
  if (certificate === null) return [['server shows', 'a raw public key'], ...print];
  const { subject, issuer, notAfter } = certificate;
  const until = notAfter === null ? [] : [['valid until', new Date(notAfter).toISOString()] as const];
  return [['server shows', `a certificate: ${subject}`], ['issued by', issuer], ...until, ...print];
}

function verdict({ outcome, answers }: ProbeReport, identity: string | undefined): string {
  switch (outcome.kind) {
    case 'established':
      return `established as ${identity ?? 'nobody'}`;
    case 'wants-key':
      return outcome.key === 'psk'
        ? 'stopped here: the server wants a pre-shared key; --psk ID:KEYHEX goes on'
        : 'stopped here: the server wants a key or a certificate; --rpk FILE or --cert FILE goes on';
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

function forMachines(remote: Remote, report: ProbeReport): unknown {
  const { outcome, answers, roundTrips, elapsedMs, serverKey, resumed } = report;
  const { hello } = answers;
  return {
    server: displayRemote(remote),
    outcome: outcome.kind,
    reason: outcome.kind === 'failed' ? outcome.reason : null,
    cookieExchange: answers.cookie,
    version: hello?.version ?? null,
    suite: hello === undefined ? null : suiteName(hello.suite),
    extensions: hello?.extensions ?? [],
    connectionId: hello === undefined ? null : hello.extensions.includes('connection_id'),
    serverKey: serverKey ?? null,
    resumed: resumed ?? null,
    identityHint: answers.pskHint ?? null,
    alert: answers.alert ?? null,
    roundTrips,
    elapsed_ms: Number(elapsedMs.toFixed(1)),
  };
}

const suiteName = (id: number): string => suiteById(id)?.name ?? `0x${id.toString(16).padStart(4, '0')}`;
