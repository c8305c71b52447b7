// What `hardened` traps on where nobody prints: the name of the function that trapped, in the stack, is the message. All of its
// faults are those of test/c/faults.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, modules, read } from '../../tools/modules.mjs';

const hardened = modules.filter(({ profile, ownsMemory }) => profile === 'hardened' && !ownsMemory);

// None of these is named as the function that traps: JavaScript's own are in the stack too.
const faults = [
  {
    name: 'double_free',
    make(heap) {
      const block = heap.malloc(10);
      heap.free(block);
      heap.free(block);
    },
  },
  { name: 'foreign_pointer', make: (heap) => heap.free(heap.malloc(10) + 4) },
  {
    name: 'write_past_end',
    make(heap) {
      const block = heap.malloc(10);
      heap.bytes.fill(0x55, block + 10, block + 11);
      heap.free(block);
    },
  },
  {
    name: 'write_before_start',
    make(heap) {
      const block = heap.malloc(10);
      heap.bytes.fill(0x55, block - 1, block);
      heap.free(block);
    },
  },
  {
    name: 'write_after_free',
    make(heap) {
      const block = heap.malloc(10);
      heap.free(block);
      heap.bytes.fill(0x55, block, block + 1);
      heap.malloc(1 << 20);
    },
  },
];

for (const module of hardened) {
  for (const { name, make } of faults) {
    test(`${module.name}: ${name}`, () => {
      assert.throws(
        () => make(load(module)),
        (error) => error instanceof WebAssembly.RuntimeError && error.stack.includes(`heaplet_fault_${name}`),
      );
    });
  }

  test(`${module.name} names its C functions and nothing else`, () => {
    const text = Buffer.from(read(module)).toString('latin1');
    assert.match(text, /heaplet_fault_double_free/);
    assert.doesNotMatch(text, /Guard|::/);
  });

  test(`${module.name} imports its memory alone, and takes its host's secret before the first block`, () => {
    const heap = load(module);
    assert.equal(heap.exports.heaplet_set_secret(1, 2, 3, 4), 1);
    const words = (secret) => {
      const other = load(module);
      other.exports.heaplet_set_secret(...secret);
      const block = other.malloc(20);
      return Buffer.from(other.bytes.slice(block + 20, block + 28)).toString('hex');
    };
    assert.notEqual(words([1, 2, 3, 4]), words([1, 2, 3, 6]));
    assert.equal(words([1, 2, 3, 4]), words([1, 2, 3, 4]));
    heap.free(heap.malloc(10));
    assert.equal(heap.exports.heaplet_set_secret(5, 6, 7, 8), 0);
  });

  test(`${module.name}: a host that gives zeros has seals that are of a block's place, too`, () => {
    const heap = load(module);
    assert.equal(heap.exports.heaplet_set_secret(0, 0, 0, 0), 1);
    const [large, small] = [heap.malloc(300), heap.malloc(20)];
    heap.bytes.copyWithin(large + 88, small - 8, small + 56);
    assert.throws(
      () => heap.free(large + 96),
      (/** @type {Error} */ error) => error.stack.includes('heaplet_fault_foreign_pointer'),
    );
  });
}
