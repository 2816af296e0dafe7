import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chain, type Linked } from '../../../src/coap/chain.ts';

interface Item extends Linked<Item> {
  readonly name: string;
}
const item = (name: string): Item => ({ name, before: undefined, after: undefined });

function names(chain: Chain<Item>): string {
  let text = '';
  for (let at = chain.first; at !== undefined; at = at.after) text += at.name;
  return text;
}

test('items leave from the front, the middle and the end, and may come back', () => {
  const chain = new Chain<Item>();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(item) as [Item, Item, Item, Item];
  for (const each of [a, b, c, d]) chain.append(each);
  assert.equal(names(chain), 'abcd');
  chain.remove(b);
  assert.equal(names(chain), 'acd');
  chain.remove(a);
  chain.remove(d);
  assert.equal(names(chain), 'c');
  chain.append(a);
  assert.equal(names(chain), 'ca');
  assert.equal(chain.length, 2);
  chain.remove(c);
  chain.remove(a);
  assert.equal(chain.first, undefined);
  assert.equal(chain.length, 0);
  chain.append(d);
  assert.equal(names(chain), 'd');
});
