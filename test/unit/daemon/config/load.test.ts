import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type Config,
  type ConfigProblem,
  displayProblems,
  type LoadOptions,
  loadConfig,
} from '../../../../src/daemon/config/index.ts';
import { temporaryDirectory } from '../../../support/process.ts';

const EXAMPLE = fileURLToPath(new URL('../../../../config/postern.example.yaml', import.meta.url));
const directory = temporaryDirectory('config');
let files = 0;

function load(yaml: string | undefined, options: Partial<LoadOptions> = {}): ReturnType<typeof loadConfig> {
  const file = yaml === undefined ? undefined : join(directory, `${files++}.yaml`);
  if (file !== undefined && yaml !== undefined) writeFileSync(file, yaml);
  return loadConfig({ file, profile: undefined, state: undefined, ...options });
}

function valid(yaml: string | undefined, options: Partial<LoadOptions> = {}): Config {
  const result = load(yaml, options);
  assert.equal(result.kind, 'valid', result.kind === 'invalid' ? displayProblems(result.problems) : '');
  return (result as typeof result & { kind: 'valid' }).config;
}

function problems(yaml: string, options: Partial<LoadOptions> = {}): readonly ConfigProblem[] {
  const result = load(yaml, options);
  assert.equal(result.kind, 'invalid', 'accepted');
  return (result as typeof result & { kind: 'invalid' }).problems;
}

/** Pointer, message, value and hint of each problem on one line. */
const lines = (found: readonly ConfigProblem[]): string[] =>
  found.map(({ pointer, message, value, hint, position }) =>
    [pointer, message, value ?? '-', hint ?? '-', position?.line ?? '-'].join(' | '),
  );

describe('configuration that is accepted', () => {
  test('without a file: the dev profile', () => {
    const config = valid(undefined);
    assert.equal(config.profile, 'dev');
    assert.deepEqual(config.shard.listeners, [
      { address: '127.0.0.1', port: 5_684 },
      { address: '::1', port: 5_684 },
    ]);
    assert.deepEqual(config.admin, { address: '127.0.0.1', port: 8_080, hosts: [] });
    assert.deepEqual(
      config.shard.routes.map(({ name }) => name),
      ['demo', 'vault'],
    );
    assert.deepEqual(config.shard.rights, [{ devices: ['*'], routes: ['demo'], actions: ['*'] }]);
  });

  test('with an empty file: the edge profile, which relays nothing', () => {
    const config = valid('');
    assert.equal(config.profile, 'edge');
    assert.deepEqual([config.shard.routes, config.shard.rights, config.shard.backends], [[], [], []]);
  });

  test('the example is valid', () => {
    const result = loadConfig({ file: EXAMPLE, profile: undefined, state: undefined });
    assert.equal(result.kind, 'valid');
  });

  test('keys of the file win over the profile, lists replace lists, backends join', () => {
    const config = valid(
      'profile: dev\nadmin: {port: 9000}\nlisteners: [{address: 127.0.0.2}]\nbackends: {mine: {url: "coap://[::1]:9"}}',
    );
    assert.deepEqual(config.admin, { address: '127.0.0.1', port: 9_000, hosts: [] });
    assert.deepEqual(config.shard.listeners, [{ address: '127.0.0.2', port: 5_684 }]);
    assert.deepEqual(
      config.shard.backends.map(({ name, address, port }) => [name, address, port]),
      [
        ['demo', '127.0.0.1', 5_683],
        ['mine', '::1', 9],
      ],
    );
  });

  test('flags, environment and overlay lie above the file', () => {
    const config = valid('profile: dev\nstate: ./elsewhere', {
      state: '/var/lib/postern',
      coapsPort: 0,
      adminPort: 1,
      overlay: { backends: { demo: { url: 'coap://127.0.0.1:7' } } },
    });
    assert.equal(config.stateDirectory, '/var/lib/postern');
    assert.deepEqual(
      config.shard.listeners.map(({ port }) => port),
      [0, 0],
    );
    assert.equal(config.admin.port, 1);
    assert.deepEqual(
      config.shard.backends.map(({ port, timeoutMs, inflightMax }) => [port, timeoutMs, inflightMax]),
      [[7, 10_000, 256]],
    );
  });

  test('seconds become milliseconds, names become ours, everything is frozen', () => {
    const config = valid(
      'dtls: {retransmit_s: 0.25, extended_master_secret: required}\nshutdown_grace_s: 1.5',
    );
    assert.equal(config.shard.dtls.retransmitMs, 250);
    assert.equal(config.shard.dtls.extendedMasterSecret, 'required');
    assert.equal(config.graceMs, 1_500);
    assert.throws(() => Object.assign(config.shard.dtls, { mtu: 1 }), TypeError);
    assert.deepEqual(structuredClone(config), config, 'plain enough for another thread');
  });
});

describe('configuration that is refused', () => {
  test('everything at once, each with pointer, value, hint and line', () => {
    const found = problems(
      [
        'listener: []', // 1
        'node: -1', // 2
        'listeners:', // 3
        '  - adress: 0.0.0.0', // 4
        '    port: 99999', // 5
        'admin: {port: "8080"}', // 6
        'backends:', // 7
        '  "bad name": {url: "coap://a"}', // 8
        '  store: {}', // 9
        'dtls: {suites: [TLS_PSK_WITH_AES_128_CCM8], mtu_bytes: 1400.5}', // 10
        'log: {level: verbose}', // 11
        'routes: 3', // 12
      ].join('\n'),
    );
    const got = lines(found);
    for (const expected of [
      '/listener | unknown key | - | did you mean listeners? | 1',
      /^\/node \| must be 0 or more \| -1 \| .* \| 2$/,
      /^\/listeners\/0\/address \| is missing \| - \| IP address.* \| 4$/,
      '/listeners/0/adress | unknown key | - | did you mean address? | 4',
      /^\/listeners\/0\/port \| must be 65535 or less \| 99999 \| .* \| 5$/,
      /^\/admin\/port \| must be an integer \| "8080" \| .* \| 6$/,
      /^\/backends\/bad name \| not a name.* \| 8$/,
      /^\/backends\/store\/url \| is missing \| - \| .* \| 9$/,
      /^\/dtls\/suites\/0 \| is not one of .* "TLS_PSK_WITH_AES_128_CCM8" \| did you mean TLS_PSK_\w+_CCM_8\? \| 10$/,
      /^\/dtls\/mtu_bytes \| must be an integer \| 1400.5 \| .* \| 10$/,
      /^\/log\/level \| is not one of the known values \| "verbose" \| one of: .* \| 11$/,
      /^\/routes \| must be an array \| 3 \| .* \| 12$/,
    ]) {
      const hit = got.some((line) =>
        typeof expected === 'string' ? line === expected : expected.test(line),
      );
      assert.ok(hit, `${String(expected)}\nnot in\n${got.join('\n')}`);
    }
    assert.equal(found.length, 12, got.join('\n'));
  });

  test('what no schema can see: names, templates, addresses', () => {
    const found = lines(
      problems(
        [
          'listeners: [{address: 0.0.0.0}, {address: 0.0.0.0}, {address: localhost}]', // 1
          'admin: {address: example.org}', // 2
          'backends: {store: {url: "http://127.0.0.1"}, other: {url: "coap://h:5683/path"}}', // 3
          'routes:', // 4
          '  - {name: a, path: /x/*, backend: stoer}', // 5
          '  - {name: a, path: /y, rewrite: /y, backend: store}', // 6
          '  - {name: b, path: no-slash, backend: store}', // 7
          '  - {name: c, path: /x/*, backend: store}', // 8
          'rights: [{devices: ["*"], routes: [a, bb], actions: [read]}]', // 9
        ].join('\n'),
      ),
    );
    assert.deepEqual(
      found.map((line) => line.replace(/ \| (a literal|write coap).*? \| /, ' | ... | ')),
      [
        '/listeners/2/address | is not an IP address | "localhost" | ... | 1',
        '/listeners/1 | listens on 0.0.0.0 port 5684 a second time | - | - | 1',
        '/admin/address | is not an IP address | "example.org" | ... | 2',
        '/backends/store/url | is not the address of a CoAP backend | "http://127.0.0.1" | ... | 3',
        '/backends/other/url | is not the address of a CoAP backend | "coap://h:5683/path" | ... | 3',
        '/routes/0/backend | names no backend | "stoer" | did you mean store? | 5',
        '/routes/1/name | is the name of routes/0 already | "a" | - | 6',
        '/routes/2 | path no-slash is not a template such as /a/b or /a/* | - | - | 7',
        '/routes/3 | path /x/* is already taken by route a | - | - | 8',
        '/rights/0/routes/1 | names no route | "bb" | did you mean b? | 9',
      ],
    );
  });

  test('what the profile says and the file does not is found in the profile', () => {
    const file = 'routes: [{name: mine, path: /x/*, backend: demo}]';
    const [found] = problems(file, { profile: 'dev' });
    assert.equal(found?.pointer, '/rights/0/routes/0');
    assert.match(found?.position?.file ?? '', /config[/\\]profiles[/\\]dev\.yaml$/);
  });

  test('a problem in one place does not hide one between others', () => {
    const found = lines(problems('node: x\nrights: [{devices: [d], routes: [none], actions: [read]}]'));
    assert.equal(found.length, 2, found.join('\n'));
    assert.match(found[1] ?? '', /names no route/);
  });

  test('empty and repeated lists', () => {
    const found = lines(
      problems(
        'listeners: []\ndtls: {suites: []}\nrights: [{devices: [], routes: ["*"], actions: [read, read]}]',
      ),
    );
    assert.deepEqual(
      found.map((line) => line.split(' | ').slice(0, 2).join(' ')),
      [
        '/listeners must not be empty',
        '/rights/0/devices must not be empty',
        '/rights/0/actions must not name anything twice',
        '/dtls/suites must not be empty',
      ],
    );
  });

  test('YAML that is none, with its lines', () => {
    const found = problems('state: ./a\nstate: ./b\nadmin: [');
    assert.ok(found.length >= 2);
    assert.deepEqual(
      found.slice(0, 1).map(({ message, position }) => [message, position?.line]),
      [['Map keys must be unique', 2]],
    );
  });

  test('aliases that grow without bounds', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++) {
      const [one, before] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
      bomb.push(`${one}: &${one} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
    }
    assert.match(lines(problems(bomb.join('\n'))).join('\n'), /cannot be read as plain values/);
  });

  test('keys that are not keys elsewhere either', () => {
    const found = problems('__proto__: {polluted: 1}\nconstructor: 2');
    assert.deepEqual(
      found.map(({ pointer, message }) => [pointer, message]),
      [
        ['/__proto__', 'unknown key'],
        ['/constructor', 'unknown key'],
      ],
    );
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  test('a profile that there is not, in the file and on the command line', () => {
    assert.match(
      lines(problems('profile: egde')).join('\n'),
      /\/profile .* "egde" \| did you mean edge\? \| 1/,
    );
    assert.match(
      lines(problems('', { profile: 'prod' })).join('\n'),
      /no such profile \| "prod" \| one of: dev, edge/,
    );
  });

  test('a file that is not there, and one that is a directory', () => {
    const missing = load(undefined, { file: join(directory, 'none.yaml') });
    assert.match(
      missing.kind === 'invalid' ? displayProblems(missing.problems) : '',
      /no such file: .*none\.yaml/,
    );
    const folder = load(undefined, { file: directory });
    assert.match(folder.kind === 'invalid' ? displayProblems(folder.problems) : '', /cannot read .*EISDIR/);
  });

  test('a file whose root is a list or a word', () => {
    for (const yaml of ['[1, 2]', 'hello']) {
      assert.match(lines(problems(yaml)).join('\n'), /must be an object/, yaml);
    }
  });
});

describe('backends by coaps', () => {
  const backend = (members: string): string => `backends: {b: {${members}}}`;
  const FINGERPRINT = 'ab'.repeat(32);

  test('say what they are known by', () => {
    for (const [members, files] of [
      ['psk: {identity: gw, key_file: k}', { kind: 'psk', identity: 'gw', keyFile: 'k' }],
      [
        `rpk: {server_fingerprint: ${FINGERPRINT}}`,
        { kind: 'rpk', keyFile: null, serverFingerprint: FINGERPRINT },
      ],
      [
        'x509: {key_file: k, certificate_file: c, trust_anchors: [a]}',
        { kind: 'x509', keyFile: 'k', certificateFile: 'c', anchors: ['a'], serverName: null },
      ],
    ] as const) {
      const loaded = load(backend(`url: "coaps://there", ${members}`));
      assert.equal(loaded.kind, 'valid', JSON.stringify(loaded));
      assert.deepEqual(loaded.kind === 'valid' && loaded.config.backendFiles, { b: files });
      const [settings] = loaded.kind === 'valid' ? loaded.config.shard.backends : [];
      assert.deepEqual([settings?.address, settings?.port], ['there', 5_684]);
    }
  });

  test('need one of the three, which coap must not have', () => {
    const psk = 'psk: {identity: gw, key_file: k}';
    const rpk = `rpk: {server_fingerprint: ${FINGERPRINT}}`;
    for (const [members, message] of [
      ['url: "coaps://there"', /needs exactly one of psk, rpk and x509/],
      [`url: "coaps://there", ${psk}, ${rpk}`, /needs exactly one of psk, rpk and x509/],
      [`url: "coap://there", ${psk}`, /is in the clear/],
      ['url: "coaps://there", rpk: {server_fingerprint: abc}', /server_fingerprint/],
      ['url: "coapz://there"', /not the address of a CoAP backend/],
    ] as const) {
      assert.match(lines(problems(backend(members))).join('\n'), message, members);
    }
  });
});

describe('rules from certificates to names of devices', () => {
  const dtls = (rule: string): string => `dtls: {trust_anchors: [root.pem], subject_rules: [${rule}]}`;

  test('are kept with the file that they are for', () => {
    const { subjectRules } = valid(
      dtls("{trust_anchor: root.pem, cn: 'lock-{id}', template: '{id}'}"),
    ).authorities;
    assert.deepEqual(subjectRules, [{ anchor: 'root.pem', rule: { cn: 'lock-{id}', template: '{id}' } }]);
  });

  for (const [what, rule, expected] of [
    [
      'an authority that is none',
      "{trust_anchor: rot.pem, cn: '{id}', template: '{id}'}",
      /^\/dtls\/subject_rules\/0\/trust_anchor \| is not among trust_anchors \| "rot\.pem" \| did you mean root\.pem\?/,
    ],
    [
      'a pattern that is none',
      "{trust_anchor: root.pem, cn: '{a}{b}', template: '{a}'}",
      /^\/dtls\/subject_rules\/0\/cn \| two words in braces touch/,
    ],
    [
      'no pattern',
      "{trust_anchor: root.pem, template: '{a}'}",
      /^\/dtls\/subject_rules\/0 \| a rule needs cn, san or both \| - \| for instance/,
    ],
    [
      'a stray word',
      "{trust_anchor: root.pem, cn: '{a}', template: '{b}'}",
      /\/template \| \{b\} is in neither pattern/,
    ],
    [
      'an unknown key',
      "{trust_anchor: root.pem, cm: '{a}', template: '{a}'}",
      /\/cm \| unknown key \| - \| did you mean cn\?/,
    ],
  ] as const) {
    test(`with ${what} are refused with place and hint`, () => {
      const found = lines(problems(dtls(rule)));
      assert.ok(
        found.some((line) => expected.test(line)),
        found.join('\n'),
      );
    });
  }
});
