import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EXAMPLES } from '../../../src/admin/examples.ts';
import { type AdminUnderTest, adminUnderTest } from '../../support/admin.ts';

/** What the examples take for granted: ann has a lock, lamp-1 waits for its owner, and acme runs a platform. */
async function story(): Promise<{ admin: AdminUnderTest; ids: Readonly<Record<string, string>> }> {
  const admin = await adminUnderTest();
  const made = async (url: string, body: object): Promise<{ id: string; credential?: { id: string } }> => {
    const answer = await admin.ask(url, { body });
    assert.equal(answer.statusCode, 201, answer.body);
    return answer.json();
  };
  await made('/v1/actors', { kind: 'user', name: 'ann' });
  await made('/v1/actors', { kind: 'user', name: 'bob' });
  await made('/v1/actors', { kind: 'platform', name: 'acme' });
  const lock = await made('/v1/actors', {
    kind: 'device',
    name: 'lock-1',
    owner: 'ann',
    credential: { kind: 'psk' },
  });
  const lamp = await made('/v1/actors', { kind: 'device', name: 'lamp-1', claim: true });
  const trust = { trustor: 'ann', trustee: 'bob', level: 'view', scope: READING };
  const { id: relationship } = await made('/v1/relationships', trust);
  const [proof] = EXAMPLES['PUT /v1/actors/:id/reset-proof'] ?? [];
  await admin.ask(`/v1/actors/${lock.id}/reset-proof`, { method: 'PUT', body: proof });
  const ids = {
    actors: lock.id,
    'claim-code': lamp.id,
    credentials: lock.credential?.id ?? '',
    relationships: relationship,
  };
  return { admin, ids };
}

type Paths = Readonly<Record<string, Readonly<Record<string, { readonly requestBody?: RequestBody }>>>>;

interface RequestBody {
  readonly content: {
    readonly 'application/json': {
      readonly example?: object;
      readonly examples?: Readonly<Record<string, { readonly value: object }>>;
    };
  };
}

const READING = [{ actions: ['read'], resources: ['*'] }];
/** Codes are drawn: the one of the example is nobody's. */
const REFUSED = new Set(['POST /v1/claims']);

describe('the description of the admin interface', () => {
  test('every request with a body has an example', async () => {
    const { admin } = await story();
    const { paths } = (await admin.ask('/v1/openapi.json')).json<{ paths: Paths }>();
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { requestBody }] of Object.entries(methods)) {
        if (requestBody === undefined) continue;
        const route = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`;
        const { example, examples = {} } = requestBody.content['application/json'];
        const shown = example === undefined ? Object.values(examples).map(({ value }) => value) : [example];
        assert.deepEqual(shown, EXAMPLES[route], route);
      }
    }
  });

  for (const [route, examples] of Object.entries(EXAMPLES)) {
    test(`the example of ${route} is true`, async () => {
      for (const body of examples) {
        const { admin, ids } = await story();
        const [method = '', path = ''] = route.split(' ');
        const kind = path.endsWith('claim-code') ? 'claim-code' : (path.split('/')[2] ?? '');
        const url = path.replace(':id', ids[kind] ?? '');
        const answer = await admin.ask(url, { method: method as 'POST', body });
        if (REFUSED.has(route)) assert.equal(answer.json().code, 'claim-code-wrong');
        else assert.ok(answer.statusCode < 300, answer.body);
      }
    });
  }
});
