/**
 * Devices by the thousand in one transaction: all of them, or none and the reason of every row that is wrong. Rows are
 * checked against the store and against each other.
 */
import { required } from '../../../base/index.ts';
import { proofKey, refuse, type Refused, TRUST_LIMITS, type TrustEvent } from '../../../trust/index.ts';
import type { PskMaterial } from '../../ports/index.ts';
import type { CredentialWish, MadeDevice, Plan, Planning } from './command.ts';
import type { DeviceRow, LongCommand, RowRefusal } from './enrolment-command.ts';
import { type Pause, unhurried } from './pause.ts';
import { planActor } from './plan-actor.ts';
import { fullRefusal, withOwnership } from './plan-trust.ts';
import { only, refusedRows, rowRefusal } from './refusals.ts';

export async function planDevices(
  planning: Planning,
  { rows, partial }: LongCommand & { readonly kind: 'add-devices' },
  pause: Pause,
): Promise<Plan> {
  const { batchRowsMax } = TRUST_LIMITS;
  if (rows.length > batchRowsMax) {
    const detail = `a batch has ${batchRowsMax} devices at most: send the rest in another`;
    return only(refuse('limit-reached', detail, '/devices', { rows: rows.length, rowsMax: batchRowsMax }));
  }
  const batch = new Batch(planning, rows);
  for await (const [index, row] of unhurried(rows, pause)) batch.add(index, row);
  return batch.plan(partial);
}

/** What the rows so far come to. */
class Batch {
  readonly #planning: Planning;
  readonly #events: TrustEvent[] = [];
  readonly #keys: PskMaterial[] = [];
  readonly #made: MadeDevice[] = [];
  readonly #refused: RowRefusal[] = [];
  /** What must be there once only, and the row that has it. */
  readonly #taken = new Map<string, number>();

  constructor(planning: Planning, rows: readonly DeviceRow[]) {
    this.#planning = { ...planning, reserved: identitiesOf(rows) };
  }

  add(index: number, row: DeviceRow): void {
    const refused = this.#refusal(index, row);
    if (refused !== undefined) this.#refused.push(rowRefusal(index, refused));
  }

  plan(partial: boolean): Plan {
    if (this.#refused.length > 0 && (!partial || this.#made.length === 0))
      return refusedRows(this.#refused, '/devices');
    const verdict = { kind: 'accepted', events: this.#events } as const;
    return { verdict, keys: this.#keys, made: { devices: this.#made }, rows: this.#refused };
  }

  /** Takes the row in, or says why not. */
  #refusal(index: number, { name, owner, credential }: DeviceRow): Refused | undefined {
    const full = fullRefusal(this.#planning.trust.snapshot, this.#made.length + 1);
    if (full !== undefined) return full;
    if (credential.kind === 'unfit') return refuse('key-invalid', credential.detail, credential.field);
    const planned = planActor(this.#planning, { kind: 'device', name, owner }, credential);
    const { verdict, keys, made } = withOwnership(this.#planning, planned);
    if (verdict.kind === 'refused') return inRow(verdict);
    const marks = marksOf(name, verdict.events, credential);
    for (const [mark, what, field] of marks) {
      const before = this.#taken.get(mark);
      if (before === undefined) continue;
      return refuse(CODES[what], `row ${before} has this ${what} already`, field, { row: before });
    }
    for (const [mark] of marks) this.#taken.set(mark, index);
    this.#events.push(...verdict.events);
    this.#keys.push(...keys);
    const actor = required(made.actor, 'a device was made');
    const shown = made.keyHex === undefined ? {} : { keyHex: made.keyHex };
    this.#made.push({ index, actor, credential: required(made.credential, 'with a credential'), ...shown });
    return undefined;
  }
}

type Mark = readonly [mark: string, what: keyof typeof CODES, field: string];

/** What no other row may have. */
function marksOf(name: string, events: readonly TrustEvent[], wish: CredentialWish): readonly Mark[] {
  const marks: Mark[] = [[`name ${name}`, 'name', '/name']];
  for (const event of events) {
    if (event.kind === 'psk-established') marks.push([`psk ${event.identityHex}`, 'identity', '/identity']);
    if (event.kind !== 'credential-established') continue;
    const { kind } = event.credential;
    const field = kind === 'psk' ? '/identity' : kind === 'rpk' ? '/publicKey' : '/subject';
    marks.push([`${kind} ${proofKey(event.credential)}`, kind === 'psk' ? 'identity' : 'public key', field]);
  }
  if (wish.kind === 'psk' && wish.keyHex !== null)
    marks.push([`key ${wish.keyHex.toLowerCase()}`, 'key', '/keyHex']);
  return marks;
}

/** Identities that rows bring along: the gateway gives none of them to another row. */
function identitiesOf(rows: readonly DeviceRow[]): ReadonlySet<string> {
  return new Set(
    rows.flatMap(({ credential }) =>
      credential.kind === 'psk' && credential.identityHex !== null
        ? [credential.identityHex.toLowerCase()]
        : [],
    ),
  );
}

/** The members of a row lie side by side. */
const inRow = (refused: Refused): Refused =>
  refused.field === undefined ? refused : { ...refused, field: refused.field.replace(/^\/credential/, '') };

const CODES = {
  name: 'name-taken',
  identity: 'identity-taken',
  'public key': 'identity-taken',
  key: 'key-reused',
} as const;
