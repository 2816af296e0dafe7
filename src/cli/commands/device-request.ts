/** `postern device get|put|post|delete`: one request, as a device, with software that is not the gateway's. */
import { type Command, InvalidArgumentError } from 'commander';
import { fromUtf8, toHex, utf8 } from '../../base/index.ts';
import { codeName } from '../code-name.ts';
import {
  type DeviceAnswer,
  type DeviceMethod,
  type DevicePsk,
  parseCoapsUri,
  parseDevicePsk,
  requestAsDevice,
} from '../device/index.ts';
import { CommandFault, EXIT } from '../fault.ts';
import { readInput, readLine } from '../key-file.ts';
import { counted } from '../table.ts';
import { type CommandContext, examples } from './context.ts';

export interface PskOptions {
  readonly psk?: string;
  readonly pskFile?: string;
}

interface RequestOptions extends PskOptions {
  readonly payload?: string;
  readonly payloadFile?: string;
  readonly contentFormat?: number;
  readonly non?: boolean;
  readonly timeout: number;
  readonly verbose?: boolean;
}

const TIMEOUT_DEFAULT_S = 10;
const TIMEOUT_MAX_S = 600;
const CONTENT_FORMAT_MAX = 0xffff;
/** What the gateway says about its own refusals: the id of the decision, which its log explains. */
const DECISION = /^[0-9a-f]{8}(?:-[0-9a-f]+){3}$/;

/** On purpose: node-dtls-client shares no code with the gateway, and pre-shared keys are what it knows. */
const KEYS_TAKEN = `
With a pre-shared key only: the DTLS of this command is on purpose not the gateway's, and knows no other keys.
For a raw public key or a certificate: postern probe coaps://HOST:PORT --rpk KEY, or --cert FILE --key FILE.
`;

const METHODS = [
  { name: 'get', method: 'GET', description: 'read a resource', payload: false },
  { name: 'put', method: 'PUT', description: 'write a resource', payload: true },
  { name: 'post', method: 'POST', description: 'send to a resource', payload: true },
  { name: 'delete', method: 'DELETE', description: 'delete a resource', payload: false },
] as const satisfies readonly { name: string; method: DeviceMethod; description: string; payload: boolean }[];

export function addDeviceRequests(device: Command, context: CommandContext): void {
  for (const { name, method, description, payload } of METHODS) {
    const command = addPskOptions(device.command(name).argument('<uri>', 'coaps://HOST:PORT/PATH'))
      .description(description)
      .option(
        '--timeout <s>',
        'seconds for the handshake, and again for the answer',
        seconds,
        TIMEOUT_DEFAULT_S,
      )
      .option('--non', 'send it non-confirmable')
      .option('-v, --verbose', 'tell what happens');
    if (payload) addPayloadOptions(command);
    command
      .addHelpText('after', `${KEYS_TAKEN}${examplesOf(name, payload)}`)
      .action((uri: string, options: RequestOptions) => perform(uri, method, options, context));
  }
}

/** `--psk` and `--psk-file`, for every command that proves to be a device. */
export function addPskOptions(command: Command): Command {
  return command
    .option(
      '--psk <id:keyhex>',
      'identity and key; others on this machine can read it, so for keys of tests only',
    )
    .option(
      '--psk-file <file>',
      'file with the line IDENTITY:KEYHEX, - for standard input (or use POSTERN_PSK)',
    );
}

/** The PSK that flags or environment name, or `undefined` when none is named. */
export async function pskOf(options: PskOptions, context: CommandContext): Promise<DevicePsk | undefined> {
  if (options.psk !== undefined) return parseDevicePsk(options.psk, '--psk');
  if (options.pskFile !== undefined) {
    return parseDevicePsk(await readLine(options.pskFile, context.terminal), options.pskFile);
  }
  const fromEnvironment = context.terminal.env['POSTERN_PSK'];
  return fromEnvironment === undefined ? undefined : parseDevicePsk(fromEnvironment, 'POSTERN_PSK');
}

/** Seconds as a number of milliseconds that timers can take. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= TIMEOUT_MAX_S)) throw new InvalidArgumentError(`Use 0.1 to ${TIMEOUT_MAX_S}.`);
  return value;
}

function addPayloadOptions(command: Command): void {
  command
    .option('--payload <text>', 'payload as text')
    .option('--payload-file <file>', 'payload from a file, - for standard input')
    .option(
      '--content-format <n>',
      'Content-Format number of the payload (0 text, 50 JSON, 60 CBOR)',
      contentFormat,
    );
}

function contentFormat(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= CONTENT_FORMAT_MAX) return value;
  throw new InvalidArgumentError(`Use a number from 0 to ${CONTENT_FORMAT_MAX}.`);
}

function examplesOf(name: string, payload: boolean): string {
  const uri = payload ? 'coaps://127.0.0.1:5684/demo/echo' : 'coaps://127.0.0.1:5684/demo/hello';
  const what = payload ? " --payload 'on'" : '';
  return examples(
    `postern device ${name} ${uri} --psk lamp-1:000102030405060708090a0b0c0d0e0f${what}`,
    `POSTERN_PSK=lamp-1:... postern device ${name} ${uri} -v${what}`,
  );
}

async function perform(
  text: string,
  method: DeviceMethod,
  options: RequestOptions,
  context: CommandContext,
): Promise<void> {
  const uri = parseCoapsUri(text);
  const psk = await pskOf(options, context);
  if (psk === undefined) {
    const hint =
      'give --psk ID:KEYHEX, --psk-file FILE or POSTERN_PSK; this client knows no other credentials: ' +
      'raw public keys and certificates are tried with postern probe --rpk or --cert';
    throw new CommandFault(EXIT.usage, 'a device needs the identity and the key of a pre-shared key', hint);
  }
  const { terminal } = context;
  const answered = await requestAsDevice({
    uri,
    psk,
    method,
    payload: await payloadOf(options, context),
    contentFormat: options.contentFormat,
    confirmable: options.non !== true,
    timeoutMs: options.timeout * 1_000,
    trace: options.verbose === true ? (line) => terminal.note(`* ${line}\n`) : () => undefined,
  });
  if (context.json()) terminal.write(`${JSON.stringify(forMachines(answered), null, 2)}\n`);
  else show(answered, context);
  if (!answered.code.startsWith('2.')) context.settle(EXIT.failure);
}

async function payloadOf(options: RequestOptions, context: CommandContext): Promise<Uint8Array | undefined> {
  if (options.payload !== undefined && options.payloadFile !== undefined) {
    throw new CommandFault(
      EXIT.usage,
      'there are two payloads',
      'give --payload or --payload-file, not both',
    );
  }
  if (options.payload !== undefined) return utf8(options.payload);
  return options.payloadFile === undefined ? undefined : readInput(options.payloadFile, context.terminal);
}

/** The code line to standard error, the payload and nothing else to standard output. */
function show(answered: DeviceAnswer, { terminal }: CommandContext): void {
  terminal.note(`${codeLine(answered)}\n`);
  if (answered.payload.length === 0 || diagnosticOf(answered) !== undefined) return;
  const text = fromUtf8(answered.payload);
  if (!terminal.interactive) terminal.write(answered.payload);
  else if (text === undefined) terminal.write(`hex:${toHex(answered.payload)}\n`);
  else terminal.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** `2.05 Content, 23 bytes, text/plain`, or for an error `4.03 Forbidden, decision 0a1b2c3d-0-0-8`. */
export function codeLine(answered: DeviceAnswer): string {
  const { code, payload, contentFormat: format } = answered;
  const head = `${code} ${codeName(code)}`.trim();
  const diagnostic = diagnosticOf(answered);
  if (diagnostic !== undefined)
    return `${head}, ${DECISION.test(diagnostic) ? 'decision ' : ''}${diagnostic}`;
  const size = payload.length === 0 ? 'no payload' : counted(payload.length, 'byte');
  const kind = format === undefined ? [] : [typeof format === 'number' ? `content-format ${format}` : format];
  return [head, size, ...kind].join(', ');
}

/** The sentence that an error response has for people instead of a representation (RFC 7252 section 5.5.2). */
function diagnosticOf({ code, payload, contentFormat: format }: DeviceAnswer): string | undefined {
  if (code.startsWith('2.') || payload.length === 0 || format !== undefined) return undefined;
  const text = fromUtf8(payload);
  return text === undefined || /\p{Cc}/u.test(text) ? undefined : text;
}

function forMachines(answered: DeviceAnswer): unknown {
  return {
    code: answered.code,
    name: codeName(answered.code),
    contentFormat: answered.contentFormat ?? null,
    payload: fromUtf8(answered.payload) ?? null,
    payloadHex: toHex(answered.payload),
    diagnostic: diagnosticOf(answered) ?? null,
    handshake_ms: Math.round(answered.handshakeMs),
    answer_ms: Math.round(answered.answerMs),
  };
}
