// The assert of the browser's tests says what Node's says: what passes there would pass here, and what fails, fail.
import node from 'node:assert/strict';
import { test } from 'node:test';
import browser from '../../browser/node-assert.mjs';

class Mine extends RangeError {
  name = 'Mine';
}
const mine = () => {
  throw new Mine('size: too large');
};

/** By method: arguments with which it passes, and arguments with which it fails. */
const cases = {
  ok: { passes: [[1], ['a'], [{}]], fails: [[0], [''], [undefined], [Number.NaN]] },
  equal: {
    passes: [
      [1, 1],
      [Number.NaN, Number.NaN],
      [1n, 1n],
    ],
    fails: [
      [1, '1'],
      [0, -0],
      [null, undefined],
      [{}, {}],
    ],
  },
  notEqual: {
    passes: [
      [1, 2],
      [{}, {}],
    ],
    fails: [
      [1, 1],
      ['a', 'a'],
    ],
  },
  deepEqual: {
    passes: [
      [
        [1, [2]],
        [1, [2]],
      ],
      [{ a: { b: 1 } }, { a: { b: 1 } }],
      [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    ],
    fails: [
      [[1, 2], [1]],
      [{ a: 1 }, { a: 1, b: 2 }],
      [{ a: 1 }, { b: 1 }],
      [{ a: undefined }, { b: undefined }],
      [new Uint8Array([1, 2]), new Uint8Array([1, 3])],
      [new Uint8Array([1]), new Int8Array([1])],
      [new Uint8Array([1]), [1]],
      [new Map([[1, 2]]), new Map()],
      [new Set([1]), new Set([2])],
      [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
      [new Date(1), new Date(2)],
      [new Error('a'), new Error('b')],
      [[], {}],
    ],
  },
  match: { passes: [['abc', /b/]], fails: [['abc', /d/]] },
  doesNotMatch: { passes: [['abc', /d/]], fails: [['abc', /b/]] },
  throws: {
    passes: [
      [mine],
      [mine, Mine],
      [mine, RangeError],
      [mine, /^Mine: size/],
      [mine, { name: 'Mine', message: /^size: / }],
      [mine, (error) => error.message.startsWith('size')],
    ],
    fails: [
      [() => 1],
      [() => 1, Mine],
      [mine, TypeError],
      [mine, /^size/],
      [mine, { name: 'RangeError' }],
      [mine, { name: 'Mine', message: /^length: / }],
      [mine, { size: 5 }],
      [mine, () => false],
      [mine, () => undefined],
    ],
  },
};

for (const [method, { passes, fails }] of Object.entries(cases)) {
  test(`assert.${method}`, () => {
    for (const assert of [node, browser]) {
      const who = assert === node ? "Node's" : "the browser's";
      for (const args of passes) node.doesNotThrow(() => assert[method](...args), `${who}: ${args}`);
      for (const args of fails)
        node.throws(() => assert[method](...args), Error, `${who}: ${args.map(String)}`);
    }
  });
}

test('assert.rejects', async () => {
  for (const assert of [node, browser]) {
    await assert.rejects(Promise.reject(new Mine('size: 1')), { name: 'Mine' });
    await node.rejects(assert.rejects(Promise.resolve(1)));
    await node.rejects(assert.rejects(Promise.reject(new Mine('size: 1')), { name: 'Other' }));
  }
});
