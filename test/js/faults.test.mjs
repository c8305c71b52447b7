// The profile 'hardened' says what a mistake is, and whose: for each one of faults.mjs an error with its fields.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap, HeapFaultError } from 'heaplet/hardened';
import { Hand, mistakes } from './faults.mjs';

/** @param {() => void} make @returns {any} */
function thrown(make) {
  try {
    make();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was found');
}

for (const [name, { message, make }] of Object.entries(mistakes)) {
  // Some can only be made in C.
  if (!make) continue;
  for (const options of [{}, { debug: true }]) {
    test(`${name}${options.debug ? ', debug' : ''}`, () => {
      const error = thrown(() => make(new Hand(Heap.create(options))));
      assert.match(error.message, new RegExp(`^${message}$`));
      assert.ok(error instanceof HeapFaultError && error.name === 'HeapFaultError');
      assert.equal(error.kind, error.message.split(':')[0]);
    });
  }
}

test('a fault has its block, its size and its number as fields', () => {
  const heap = Heap.create();
  heap.malloc(1);
  const ptr = heap.malloc(10);
  new Uint8Array(heap.memory.buffer)[ptr + 11] = 0;
  const { kind, size, number, at, foundBy, ...rest } = thrown(() => heap.free(ptr));
  assert.deepEqual(
    [kind, size, number, at, foundBy],
    ['write past the end of a block', 10, 2, ptr + 11, 'free'],
  );
  assert.equal(rest.ptr, ptr);
  assert.throws(() => heap.check(), /written past its end/);
});

test('with debug a fault has the stacks of the allocation and of the first free', () => {
  const heap = Heap.create({ debug: true });
  // The call is not the last thing done: Safari's engine forgets who made such a call.
  const allocateHere = () => {
    const ptr = heap.malloc(40);
    new Uint8Array(heap.memory.buffer)[ptr] = 1;
    return ptr;
  };
  const freeHere = (/** @type {number} */ ptr) => {
    heap.free(ptr);
    return ptr;
  };
  const ptr = allocateHere();
  freeHere(ptr);
  const error = thrown(() => heap.free(ptr));
  assert.match(error.allocated, /allocateHere/);
  assert.match(error.freed, /freeHere/);
  const other = allocateHere();
  new Uint8Array(heap.memory.buffer)[other + 40] = 0;
  const overflow = thrown(() => heap.realloc(other, 50));
  assert.match(overflow.allocated, /allocateHere/);
  assert.equal(overflow.freed, undefined);
});

test('with debug the stacks of the last thousand places that were given back are kept', () => {
  const heap = Heap.create({ debug: true });
  const blocks = Array.from({ length: 1001 }, () => heap.malloc(40));
  for (const ptr of blocks) heap.free(ptr);
  assert.equal(thrown(() => heap.free(blocks[0])).freed, undefined);
  for (const ptr of [blocks[1], blocks[1000]]) assert.match(thrown(() => heap.free(ptr)).freed, /\w/);
});

test("another heap's block in one memory is none of this one", () => {
  const heap = Heap.create();
  const other = Heap.over(heap.memory);
  const ptr = other.malloc(40);
  assert.match(
    thrown(() => heap.free(ptr)).message,
    /^not a block of this heap: 0x[0-9a-f]+; found by free$/,
  );
  other.free(ptr);
});

test('check finds what was written behind, before and after', () => {
  for (const [at, text] of /** @type {[number, RegExp][]} */ ([
    [10, /written past its end/],
    [-1, /size|written|flag|impossible/],
  ])) {
    const heap = Heap.create();
    const ptr = heap.malloc(10);
    heap.check();
    new Uint8Array(heap.memory.buffer)[ptr + at] ^= 32;
    assert.throws(() => heap.check(), text);
  }
  const heap = Heap.create();
  const ptr = heap.malloc(10);
  heap.free(ptr);
  heap.check();
  new Uint8Array(heap.memory.buffer)[ptr + 9] = 1;
  assert.throws(() => heap.check(), /written after it was freed/);
});

test('what is freed holds nothing of what was there', () => {
  const heap = Heap.create();
  const ptr = heap.malloc(1000);
  const bytes = () => new Uint8Array(heap.memory.buffer, ptr, 1000);
  bytes().fill(120);
  heap.free(ptr);
  assert.ok(!bytes().includes(120));
});

test('two heaps have two secrets', () => {
  const behind = () => {
    const heap = Heap.create();
    const ptr = heap.malloc(40);
    return [...new Uint8Array(heap.memory.buffer, ptr + 40, 24)].join(' ');
  };
  assert.notEqual(behind(), behind());
});

test('however many faults are caught, nothing below the heap is written, and the heap goes on', () => {
  const first = Heap.create({ initial: 1 << 18 });
  const { memory } = first;
  first.close();
  const bytes = new Uint8Array(memory.buffer, 0, 65536).fill(0xa5);
  const heap = Heap.over(memory, { base: 65536, length: 65536 });
  // What is noted there: the signature, the lock, the epoch.
  const noted = () => new Uint32Array(memory.buffer, heap.base, 17).join();
  const before = noted();
  const [ptr, other] = [heap.malloc(40), heap.malloc(100)];
  heap.free(ptr);
  for (let i = 0; i < 300; i++) {
    assert.match(thrown(() => heap.free(ptr)).message, /^double free: 40 bytes/);
    assert.match(thrown(() => heap.realloc(other + 1, 8)).message, /^not a block of this heap/);
  }
  assert.equal(
    bytes.findIndex((byte) => byte !== 0xa5),
    -1,
  );
  assert.equal(noted(), before);
  heap.free(other);
  assert.ok(heap.check());
});
