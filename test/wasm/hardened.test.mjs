// What `hardened` traps on, and that the stack says why: the name of the function that trapped is the message.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, modules } from '../../tools/modules.mjs';

const hardened = modules.filter(({ profile, ownsMemory }) => profile === 'hardened' && !ownsMemory);

const faults = {
  heaplet_fault_double_free(heap) {
    const block = heap.malloc(10);
    heap.free(block);
    heap.free(block);
  },
  heaplet_fault_foreign_pointer(heap) {
    heap.free(heap.malloc(10) + 4);
  },
  heaplet_fault_overwritten_block(heap) {
    const block = heap.malloc(10);
    heap.bytes.fill(0x55, block, block + 32);
    heap.free(block);
  },
};

for (const module of hardened) {
  for (const [name, fault] of Object.entries(faults)) {
    test(`${module.name}: ${name}`, () => {
      assert.throws(
        () => fault(load(module)),
        (error) => error instanceof WebAssembly.RuntimeError && error.stack.includes(name),
      );
    });
  }
}
