// Heap.create: options, limits, what a memory looks like afterwards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap, OutOfMemoryError } from 'heaplet';
import { BAD_NUMBERS, PAGE, PROFILES } from './support.mjs';

const pages = (heap) => heap.memory.buffer.byteLength / PAGE;

test('without options it is a small heap that grows', () => {
  const heap = Heap.create();
  assert.ok(heap.memory instanceof WebAssembly.Memory);
  assert.equal(pages(heap), 2);
  assert.ok(heap.malloc(10 * PAGE) > 0);
  assert.ok(pages(heap) >= 10);
});

test('undefined options are options left out', () => {
  const heap = Heap.create({ initial: undefined, maximum: undefined, profile: undefined });
  assert.equal(pages(heap), 2);
  assert.equal(pages(Heap.create(undefined)), 2);
});

test('initial is rounded up to whole pages, at least two', () => {
  for (const [initial, expected] of [
    [0, 2],
    [1, 2],
    [2 * PAGE, 2],
    [2 * PAGE + 1, 3],
    [1 << 20, 16],
  ]) {
    assert.equal(pages(Heap.create({ initial })), expected, `initial: ${initial}`);
  }
});

test('maximum is rounded up to whole pages and holds', () => {
  const heap = Heap.create({ maximum: 3 * PAGE + 1 });
  heap.memory.grow(2);
  assert.throws(() => heap.memory.grow(1));
});

test('initial may equal maximum', () => {
  const heap = Heap.create({ initial: 4 * PAGE, maximum: 4 * PAGE });
  assert.equal(pages(heap), 4);
  assert.throws(() => heap.memory.grow(1));
});

test('maximum may be all of 4 GiB', () => {
  assert.ok(Heap.create({ maximum: 2 ** 32 }).malloc(1));
});

test('each profile makes a heap of its own', () => {
  const heaps = PROFILES.map((profile) => Heap.create({ profile }));
  const ptrs = heaps.map((heap) => heap.malloc(100));
  heaps.forEach((heap, i) => {
    new Uint8Array(heap.memory.buffer, ptrs[i], 100).fill(i + 1);
  });
  heaps.forEach((heap, i) => {
    assert.deepEqual(new Uint8Array(heap.memory.buffer, ptrs[i], 100), new Uint8Array(100).fill(i + 1));
  });
});

for (const name of ['initial', 'maximum']) {
  test(`${name}: refuses what is no number of bytes`, () => {
    for (const [value, ErrorClass] of BAD_NUMBERS) {
      if (value === undefined || value === 2 ** 32 || Array.isArray(value)) continue; // left out; 4 GiB; several
      assert.throws(
        () => Heap.create({ [name]: value }),
        (error) => error instanceof ErrorClass && error.message.startsWith(`${name}: expected`),
        `${name}: ${String(value)}`,
      );
    }
    assert.throws(() => Heap.create({ [name]: 2 ** 32 + 1 }), {
      name: 'RangeError',
      message: /^\w+: expected/,
    });
  });
}

test('maximum: refuses less than two pages', () => {
  for (const maximum of [0, 1, PAGE, 2 * PAGE - 1]) {
    assert.throws(() => Heap.create({ maximum }), { name: 'RangeError', message: /^maximum: expected/ });
  }
  assert.ok(Heap.create({ maximum: 2 * PAGE }));
});

test('initial: refuses more than maximum', () => {
  assert.throws(() => Heap.create({ initial: 4 * PAGE, maximum: 3 * PAGE }), {
    name: 'RangeError',
    message: 'initial: expected no more than the maximum, 196608, got 262144',
  });
  // Compared as pages: both are three.
  assert.ok(Heap.create({ initial: 3 * PAGE, maximum: 2 * PAGE + 1 }));
});

test('profile: refuses unknown names and other types', () => {
  for (const profile of ['', 'Fast', 'fastest', 'toString', '__proto__']) {
    assert.throws(() => Heap.create({ profile }), {
      name: 'RangeError',
      message: /^profile: expected one of/,
    });
  }
  for (const profile of [null, 1, {}, ['fast'], Symbol('fast')]) {
    assert.throws(() => Heap.create({ profile }), {
      name: 'TypeError',
      message: /^profile: expected a string/,
    });
  }
});

test('new: says what to call instead', () => {
  for (const parts of [undefined, { initial: 65536 }, new WebAssembly.Memory({ initial: 2 })]) {
    assert.throws(() => new Heap(parts), { name: 'TypeError', message: /^memory: .*Heap\.create/ });
  }
});

test('refuses unknown option names and options that are no object', () => {
  assert.throws(() => Heap.create({ inital: 65536 }), {
    name: 'TypeError',
    message:
      'Heap.create: option: expected one of initial, maximum, profile, module, shared, resizable, debug, got "inital"',
  });
  for (const options of [null, 65536, 'fast', 1n, () => {}]) {
    assert.throws(() => Heap.create(options), {
      name: 'TypeError',
      message: /^Heap.create: options: expected/,
    });
  }
});

test('OutOfMemoryError is a RangeError with the size, and its name', () => {
  const error = new OutOfMemoryError(64);
  assert.ok(error instanceof RangeError);
  assert.equal(error.size, 64);
  assert.equal(String(error), 'OutOfMemoryError: out of memory: no room for 64 bytes');
  assert.deepEqual(Object.keys(error), ['size']);
});
