/**
 * The one description of a configuration file: types, validation, defaults, the JSON Schema and the reference page
 * all come from here. Every number carries its unit in its name.
 */
import Type, { type Static, type TSchema } from 'typebox';
import { SUITE_NAMES } from '../../dtls/index.ts';
import { ACTIONS } from '../../policy/index.ts';
import { CREDENTIAL_KINDS, LOG_FORMATS, LOG_LEVELS, PROFILES } from './vocabulary.ts';

/** A configuration with every default filled in. */
export type Settings = Static<typeof settingsSchema>;

const STRICT = { additionalProperties: false } as const;
const BACKEND_NAME = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

const text = (description: string, options: object = {}) =>
  Type.String({ description, minLength: 1, ...options });
const whole = (description: string, minimum: number, maximum: number, initial: number) =>
  Type.Integer({ description, minimum, maximum, default: initial });
const seconds = (description: string, minimum: number, maximum: number, initial: number) =>
  Type.Number({ description, minimum, maximum, default: initial, unit: 's' });
const port = (description: string, options: object = {}) =>
  Type.Integer({ description: `${description} 0: any free port.`, minimum: 0, maximum: 65_535, ...options });
const names = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { description, minItems: 1, uniqueItems: true });

const files = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { description, maxItems: 64, uniqueItems: true, default: [] });

const listener = Type.Object(
  {
    address: text(
      'IP address to listen on, for instance `0.0.0.0`, `::1`. IPv6 is skipped, with a warning, where there is none.',
    ),
    port: port('UDP port.', { default: 5_684 }),
  },
  STRICT,
);

const admin = Type.Object(
  {
    address: text(
      'IP address that the admin interface listens on. It speaks HTTP: keep it on a private network.',
      {
        default: '127.0.0.1',
      },
    ),
    port: port('TCP port.', { default: 8_080 }),
    hosts: Type.Array(Type.String({ minLength: 1 }), {
      description:
        'Host names that requests may carry besides `localhost` and IP addresses. Anything else is refused: it is ' +
        'how a web page abuses a browser near the gateway (DNS rebinding).',
      uniqueItems: true,
      default: [],
    }),
  },
  { ...STRICT, description: 'Where operators come in: REST, metrics, health.', default: {} },
);

const backend = Type.Object(
  {
    kind: Type.Enum(['coap'], {
      description: 'Protocol of the backend: `coap` is CoAP over UDP.',
      default: 'coap',
    }),
    url: text(
      'Where it is: `coap://HOST:PORT`, or `coaps://HOST:PORT` with one of `psk`, `rpk`, `x509`. The port is 5683, ' +
        'with coaps 5684, if it is not named.',
    ),
    psk: Type.Optional(
      Type.Object(
        {
          identity: text('PSK identity that the gateway shows.'),
          key_file: text('File with the key in hexadecimal, one line, readable for its owner only.'),
        },
        { ...STRICT, description: 'coaps by a pre-shared key.' },
      ),
    ),
    rpk: Type.Optional(
      Type.Object(
        {
          key_file: Type.Optional(
            text("Private key that the gateway shows, PEM. Without: the gateway's own key."),
          ),
          server_fingerprint: text("SHA-256 of the backend's public key (SPKI), 64 hexadecimal digits.", {
            pattern: '^[0-9A-Fa-f]{64}$',
          }),
        },
        { ...STRICT, description: 'coaps by raw public keys.' },
      ),
    ),
    x509: Type.Optional(
      Type.Object(
        {
          key_file: text('Private key that the gateway shows, PEM.'),
          certificate_file: text('Certificates for that key, PEM, leaf first.'),
          trust_anchors: names(
            "Certificates of the authorities that the backend's certificate may come from.",
          ),
          server_name: Type.Optional(
            text("Name in the backend's certificate (subjectAltName). Without: the host of `url`."),
          ),
        },
        { ...STRICT, description: 'coaps by certificates.' },
      ),
    ),
    actor: Type.Optional(
      text(
        'Whose resources it serves, as `KIND/NAME`: `device/lock-1`, `platform/acme`. Without it: the platform ' +
          "that has the backend's name. What that actor trusts others to do is what they may do there.",
        { pattern: '^(?:device|platform|provider|manufacturer)/[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$' },
      ),
    ),
    timeout_s: seconds('How long an exchange may take; afterwards the device gets 5.04.', 0.1, 300, 10),
    inflight_max: whole('Requests under way at once; one more is answered 5.03.', 1, 65_535, 256),
  },
  STRICT,
);

const route = Type.Object(
  {
    name: text('Name of the route, used in `rights`.', {
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
      maxLength: 64,
    }),
    path: text(
      'Template of the request path. `/telemetry` matches itself; `/telemetry/*` matches it and everything below.',
    ),
    backend: text('Name of the backend that requests go to.'),
    rewrite: text('Path at the backend; `*` stands for what `*` matched in `path`.', { default: '/*' }),
  },
  STRICT,
);

const right = Type.Object(
  {
    devices: names('Names of devices; `*` names all of them.'),
    routes: names('Names of routes; `*` names all of them.'),
    actions: Type.Array(Type.Enum(['*', ...ACTIONS]), {
      description: 'What these devices may do there; `*` names all actions.',
      minItems: 1,
      uniqueItems: true,
    }),
  },
  STRICT,
);

const trust = Type.Object(
  {
    chain_max: whole('Introductions that may follow on each other; a longer chain is refused.', 0, 16, 3),
    staleness_max_s: seconds(
      'A shard that has not heard of trust for longer takes no handshake and answers 5.03: how late a ' +
        'revocation can be at worst.',
      1,
      3_600,
      30,
    ),
  },
  { ...STRICT, description: 'Who trusts whom: the bounds.', default: {} },
);

const subjectRule = Type.Object(
  {
    trust_anchor: text('File of the authority whose certificates it is for: one of `trust_anchors`.'),
    cn: Type.Optional(text('Pattern of the common name, such as `lock-{id}`.', { maxLength: 256 })),
    san: Type.Optional(
      text(
        'Pattern of an alternative name: `dns:`, `uri:`, `ip:` or `email:` and the pattern, such as ' +
          '`uri:urn:dev:{id}`.',
        { maxLength: 264 },
      ),
    ),
    template: text('The name of the device, made of the words in braces: `lock-{id}`.', { maxLength: 256 }),
  },
  STRICT,
);

const dtls = Type.Object(
  {
    suites: Type.Array(Type.Enum([...SUITE_NAMES]), {
      description: "Cipher suites, in the server's order of preference.",
      minItems: 1,
      uniqueItems: true,
      default: [...SUITE_NAMES],
    }),
    credentials: Type.Array(Type.Enum([...CREDENTIAL_KINDS]), {
      description:
        'What devices may prove themselves with, preferred first: a pre-shared key, that with ephemeral keys beside ' +
        'it, a raw public key, an X.509 certificate. Of what a device offers, the first it can go through with counts.',
      minItems: 1,
      uniqueItems: true,
      default: [...CREDENTIAL_KINDS],
    }),
    connection_ids: Type.Boolean({
      description: 'Whether a device that asks for it may change its address without a handshake (RFC 9146).',
      default: true,
    }),
    resumption_s: seconds(
      'How long a device may take up its last session again, by an abbreviated handshake; 0: never.',
      0,
      604_800,
      86_400,
    ),
    key_file: Type.Optional(
      text(
        "The gateway's private key, PEM: P-256 or Ed25519. Without it the gateway makes one, kept in its state.",
      ),
    ),
    certificate_file: Type.Optional(
      text(
        'Certificates for that key, PEM, leaf first. Without them the gateway shows a raw public key only.',
      ),
    ),
    trust_anchors: files(
      "Certificates of the authorities whose word on devices' certificates counts: files in PEM or DER.",
    ),
    subject_rules: Type.Array(subjectRule, {
      description:
        'How certificates name devices, where their subjects are not registered one by one: a device that was added ' +
        'by name gets in with any certificate that these rules give its name to.',
      maxItems: 64,
      default: [],
    }),
    revocation_lists: files(
      'Revocation lists of these authorities: files in DER or PEM. With any, a device is turned away unless every ' +
        'issuer of its chain has a list here that is current.',
    ),
    extended_master_secret: Type.Enum(['wanted', 'required'], {
      description:
        'Whether devices without the extended master secret (RFC 7627) are turned away (`required`).',
      default: 'wanted',
    }),
    mtu_bytes: Type.Integer({
      description: 'Largest datagram sent during a handshake.',
      minimum: 256,
      maximum: 16_384,
      default: 1_232,
      unit: 'bytes',
    }),
    idle_timeout_s: seconds('A session that is silent for this long ends.', 1, 31_536_000, 86_400),
    handshake_timeout_s: seconds('A handshake that takes longer ends.', 1, 60, 60),
    retransmit_s: seconds(
      'First wait for an answer to a flight; doubles each time (RFC 6347 4.2.4.1).',
      0.05,
      60,
      1,
    ),
  },
  { ...STRICT, description: 'The DTLS server.', default: {} },
);

const limits = Type.Object(
  {
    connections_max: whole(
      'Sessions of one shard; beyond, the one silent for longest ends.',
      1,
      1_000_000,
      20_000,
    ),
    handshakes_max: whole('Handshakes of one shard under way at once.', 1, 100_000, 1_000),
    jobs_max: whole('Relayed requests of one shard under way at once; beyond, 5.03.', 1, 1_000_000, 10_000),
    datagram_queue_max: whole('Received datagrams that may wait in one shard.', 16, 1_000_000, 4_096),
    requests_per_second: Type.Number({
      description: 'Requests that one device may send, lasting; beyond, 4.29.',
      minimum: 0.01,
      maximum: 1_000_000,
      default: 100,
      unit: '1/s',
    }),
    request_burst: whole('Requests that one device may send at once.', 1, 1_000_000, 200),
  },
  { ...STRICT, description: 'Bounds: running over one is an answer, never an outage.', default: {} },
);

/** The description with every key that has a default required: what validation runs on, defaults filled in. */
export const settingsSchema = Type.Object(
  {
    profile: Type.Optional(
      Type.Enum([...PROFILES], {
        description: 'The profile below this file: `dev` (a demo on the loopback interface) or `edge`.',
      }),
    ),
    state: text('Directory of everything that must survive a restart. `POSTERN_STATE` goes before it.', {
      default: './var',
    }),
    node: whole('Number of this gateway among those that serve the same devices.', 0, 255, 0),
    shards: whole('Threads that carry traffic. One is enough for most edges; at most one a core.', 1, 64, 1),
    shutdown_grace_s: seconds(
      'What is under way may take this long to finish when the gateway stops.',
      0,
      300,
      5,
    ),
    listeners: Type.Array(listener, {
      description: 'Where devices connect, by DTLS.',
      minItems: 1,
      maxItems: 16,
      default: [{ address: '0.0.0.0', port: 5_684 }],
    }),
    admin,
    backends: Type.Record(Type.String({ pattern: BACKEND_NAME }), backend, {
      ...STRICT,
      description: 'Where requests are relayed to, by name.',
      default: {},
    }),
    routes: Type.Array(route, {
      description: 'Which request path goes to which backend. The most specific template wins.',
      maxItems: 10_000,
      default: [],
    }),
    rights: Type.Array(right, {
      description:
        'What devices may do beside what trust gives them: for a start, and for fleets without relationships. ' +
        'Nothing is allowed that neither trust nor this list gives.',
      maxItems: 10_000,
      default: [],
    }),
    trust,
    dtls,
    limits,
    log: Type.Object(
      {
        level: Type.Enum([...LOG_LEVELS], {
          description: 'The least severe lines that are written.',
          default: 'info',
        }),
        format: Type.Enum([...LOG_FORMATS], {
          description:
            '`json`: an object a line, for machines. `text`: a line for people. `auto`: text on a terminal, ' +
            'JSON into files, pipes and containers.',
          default: 'auto',
        }),
      },
      { ...STRICT, description: 'The log, on stderr.', default: {} },
    ),
  },
  { ...STRICT, title: 'Postern configuration' },
);

/** The JSON Schema of the file that an operator writes: keys with a default may be left out. */
export const configSchema: Readonly<Record<string, unknown>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...(forAuthors(settingsSchema) as Record<string, unknown>),
};

/** Takes keys that have a default off every `required`. */
function forAuthors(schema: TSchema): unknown {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('required' in value) || !('properties' in value))
      return value;
    const properties = value.properties as Record<string, object>;
    const required = (value.required as string[]).filter((key) => !('default' in (properties[key] ?? {})));
    const { required: _required, ...rest } = value;
    return required.length === 0 ? rest : { ...rest, required };
  });
}
