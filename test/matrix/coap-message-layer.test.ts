/**
 * Every state of an exchange, in both roles, meets every kind of message. The reaction is the one of the table below,
 * and a message that was refused leaves no mark: what follows is the same as if it had never come.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LockstepCoap } from '../support/lockstep-coap.ts';

/** What a state knows, as the oracle sees it. */
interface State {
  readonly name: string;
  readonly enter: (world: LockstepCoap) => void;
  /** What happens next in the ordinary course of things, to tell one inner state from another. */
  readonly goOn: (world: LockstepCoap) => void;
  /** The answer to a duplicate CON with Message ID 1000, or `silence`; `undefined`: 1000 has not been used. */
  readonly answered?: string;
  /** What our unacknowledged message or open request 0003 is, and whether an ACK is expected for it. */
  readonly ours?: 'con-request' | 'acknowledged-request' | 'non-request' | 'con-response';
}

const OUR_TOKEN = '0000000100000002';
/** Our first request takes two random numbers for its token, so that its Message ID is 3. */
const ask = (type: string) => (world: LockstepCoap) => world.requests(`${type} GET /x`);
const respond = (world: LockstepCoap) => world.responds(1, '2.05 "late"');
const finish = (world: LockstepCoap) => world.hears(`NON 2.05 0eee token=${OUR_TOKEN} "end"`);

/** A separate response gets the third Message ID too: two NONs went before it. */
function separate(world: LockstepCoap): void {
  world.hears('NON GET 0f01 /x').hears('NON GET 0f02 /x').responds(1, '2.05').responds(2, '2.05');
  world.hears('CON POST 1000 token=aa /x').waits(1_000).responds(3, '2.04');
}

const STATES: readonly State[] = [
  { name: 'nothing', enter: () => {}, goOn: () => {} },
  {
    name: 'server: open CON',
    enter: (world) => world.hears('CON POST 1000 token=aa /x'),
    goOn: respond,
    answered: 'silence',
  },
  {
    name: 'server: acknowledged CON',
    enter: (world) => world.hears('CON POST 1000 token=aa /x').waits(1_000),
    goOn: respond,
    answered: 'ACK 0.00 1000',
  },
  {
    name: 'server: piggybacked',
    enter: (world) => world.hears('CON POST 1000 token=aa /x').responds(1, '2.04 "p"'),
    goOn: () => {},
    answered: 'ACK 2.04 1000 token=aa "p"',
  },
  {
    name: 'server: separate response sent',
    enter: separate,
    goOn: () => {},
    answered: 'ACK 0.00 1000',
    ours: 'con-response',
  },
  {
    name: 'server: separate response acknowledged',
    enter: (world) => {
      separate(world);
      world.hears('ACK 0.00 0003');
    },
    goOn: () => {},
    answered: 'ACK 0.00 1000',
  },
  {
    name: 'server: open NON',
    enter: (world) => world.hears('NON POST 1000 token=aa /x'),
    goOn: respond,
    answered: 'silence',
  },
  {
    name: 'server: answered NON',
    enter: (world) => world.hears('NON POST 1000 token=aa /x').responds(1, '2.04'),
    goOn: () => {},
    answered: 'silence',
  },
  { name: 'client: CON sent', enter: ask('CON'), goOn: finish, ours: 'con-request' },
  {
    name: 'client: CON acknowledged',
    enter: (world) => ask('CON')(world).hears('ACK 0.00 0003'),
    goOn: finish,
    ours: 'acknowledged-request',
  },
  { name: 'client: NON sent', enter: ask('NON'), goOn: finish, ours: 'non-request' },
  {
    name: 'client: responded',
    enter: (world) => finish(ask('CON')(world)),
    goOn: () => {},
  },
];

const TYPES = ['CON', 'NON', 'ACK', 'RST'] as const;
const TOKENS = { ours: ` token=${OUR_TOKEN}`, other: ' token=0000000100000009', none: '' } as const;

interface Incoming {
  readonly type: (typeof TYPES)[number];
  readonly content:
    | 'empty'
    | 'request'
    | 'response'
    | 'reserved'
    | 'malformed'
    | 'critical-request'
    | 'critical-response';
  readonly id: '1000' | '2000' | '0003';
  readonly token: keyof typeof TOKENS;
}

const CONTENTS = {
  empty: '0.00',
  request: 'POST',
  response: '2.05',
  reserved: '7.01',
  malformed: '',
  'critical-request': 'POST',
  'critical-response': '2.05',
} as const satisfies Record<Incoming['content'], string>;

const MESSAGES: readonly Incoming[] = TYPES.flatMap((type) =>
  (Object.keys(CONTENTS) as Incoming['content'][]).flatMap((content) =>
    (['1000', '2000', '0003'] as const).flatMap((id) =>
      tokensFor(content).map((token) => ({ type, content, id, token })),
    ),
  ),
);

function tokensFor(content: Incoming['content']): Incoming['token'][] {
  return content === 'empty' || content === 'malformed' ? ['none'] : ['ours', 'other', 'none'];
}

function receive(world: LockstepCoap, { type, content, id, token }: Incoming): void {
  if (content === 'malformed') {
    const first = 0x4f | (TYPES.indexOf(type) << 4);
    world.hearsBytes(
      new Uint8Array([first, 1, Number.parseInt(id.slice(0, 2), 16), Number.parseInt(id.slice(2), 16)]),
    );
    return;
  }
  const critical = content.startsWith('critical') ? ' option-9999=00' : '';
  world.hears(`${type} ${CONTENTS[content]} ${id}${TOKENS[token]}${critical}`);
}

/** The table. `changes` says whether the state may be another afterwards. */
function expected(state: State, message: Incoming): { lines: readonly string[]; changes: boolean } {
  const { type, content, id } = message;
  const refused = (...lines: readonly string[]) => ({ lines, changes: false });
  const reset = `> RST 0.00 ${id}`;
  const rejected = (reason: string) => refused(`dropped ${reason}`, ...(type === 'CON' ? [reset] : []));
  if (content === 'malformed') return rejected('malformed');
  if (type === 'ACK') return acknowledgement(state, message);
  if (type === 'RST') return resetMessage(state, message);
  if (content === 'reserved') return rejected('reserved-code');
  if (content === 'empty') return rejected(type === 'CON' ? 'ping' : 'malformed');
  if (content === 'critical-request') {
    if (type === 'NON') return refused('dropped bad-option', reset);
    return refused('dropped bad-option', `> ACK 4.02 ${id}${TOKENS[message.token]} "option 9999"`);
  }
  const duplicate =
    state.answered !== undefined && id === '1000' && (type === 'CON' || content === 'request');
  if (duplicate) {
    const again = type === 'CON' && state.answered !== 'silence' ? [`> ${state.answered}`] : [];
    return refused(...again, 'dropped duplicate');
  }
  if (content === 'request') return { lines: [`request ${type} POST`], changes: true };
  return response(state, message);
}

function response(state: State, { type, content, id, token }: Incoming): ReturnType<typeof expected> {
  const waiting = state.ours !== undefined && state.ours !== 'con-response' && token === 'ours';
  const reset = type === 'CON' ? [`> RST 0.00 ${id}`] : [];
  if (!waiting) return { lines: ['dropped unexpected-response', ...reset], changes: false };
  if (content === 'critical-response')
    return { lines: ['dropped bad-option', ...reset, 'failed reset'], changes: true };
  return { lines: [...(type === 'CON' ? [`> ACK 0.00 ${id}`] : []), 'response 2.05'], changes: true };
}

function acknowledgement(state: State, { content, id, token }: Incoming): ReturnType<typeof expected> {
  const { ours } = state;
  const unacknowledged = id === '0003' && (ours === 'con-request' || ours === 'con-response');
  if (content === 'request' || content === 'critical-request' || content === 'reserved') {
    return { lines: ['dropped reserved-code'], changes: false };
  }
  if (content === 'empty') {
    return { lines: unacknowledged ? [] : ['dropped unexpected-ack'], changes: unacknowledged };
  }
  const asked = ours === 'con-request' || ours === 'acknowledged-request';
  if (asked && id === '0003' && token === 'ours') {
    const bad = content === 'critical-response';
    return { lines: bad ? ['dropped bad-option', 'failed reset'] : ['response 2.05'], changes: true };
  }
  if (!unacknowledged) return { lines: ['dropped unexpected-ack'], changes: false };
  return { lines: ['dropped token-mismatch'], changes: ours === 'con-response' };
}

function resetMessage({ ours }: State, { content, id }: Incoming): ReturnType<typeof expected> {
  if (content !== 'empty') return { lines: ['dropped reserved-code'], changes: false };
  if (ours === undefined || id !== '0003') return { lines: ['dropped unexpected-reset'], changes: false };
  return { lines: [ours === 'con-response' ? 'abandoned' : 'failed reset'], changes: true };
}

const withoutNumbers = (lines: readonly string[]) => lines.map((line) => line.replace(/ #\d+/, ''));

/** What is seen after `state`, `message` (if any), and two minutes: retransmissions, answers, failures. */
function sequel(state: State, message: Incoming | undefined): readonly string[] {
  const world = new LockstepCoap();
  state.enter(world);
  if (message !== undefined) receive(world, message);
  world.takes();
  world.waits(2_500);
  state.goOn(world);
  world.waits(120_000).hears('CON POST 1000 token=bb /again').hears('CON GET 0003 token=bb /again');
  return withoutNumbers(world.takes());
}

for (const state of STATES) {
  describe(state.name, () => {
    const before = sequel(state, undefined);
    for (const message of MESSAGES) {
      const { lines, changes } = expected(state, message);
      const title = `${message.type} ${message.content} ${message.id} token ${message.token}`;
      test(`${title}: ${lines.join(', ') || 'taken'}`, () => {
        const world = new LockstepCoap();
        state.enter(world);
        world.takes();
        receive(world, message);
        assert.deepEqual(withoutNumbers(world.takes()), lines);
        if (!changes) assert.deepEqual(sequel(state, message), before);
      });
    }
  });
}
