// The meter of the latency table, on heaplet's own modules and on allocators that are known to the instruction.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { histories } from '../../bench/instructions/histories.mjs';
import { measureLatency } from '../../bench/instructions/latency.mjs';
import { clang } from '../../tools/clang.mjs';
import { buildModule } from '../../wasm/build/modules.mjs';

const compiled = (source, exports) =>
  clang(
    [
      ...['clang', '--target=wasm32', '-mcpu=mvp', '-nostdlib', '-ffreestanding', '-O2', '-Wl,--no-entry'],
      ...exports.map((name) => `-Wl,--export=${name}`),
      ...['heap.c', '-o', 'heap.wasm'],
    ],
    { 'heap.c': source },
  );

test('heaplet: every history is finished, and no call is longer than bench:constant allows', async () => {
  for (const profile of ['small', 'fast']) {
    const wasm = await buildModule({ profile, memory: 'own', optimise: [] });
    const { malloc, free, 'malloc that grows': growth } = await measureLatency(wasm, 100);
    for (const kind of [malloc, free, growth]) {
      assert.deepEqual(kind.unfinished, [], profile);
      assert.ok(kind.percentiles[50] > 0 && kind.percentiles[50] <= kind.percentiles[99]);
      assert.ok(kind.percentiles[99.9] <= kind.most);
    }
    assert.ok(free.most <= 310, `${profile}: ${free.most}`);
    assert.ok(malloc.percentiles[99] <= 1000, `${profile}: ${malloc.percentiles[99]}`);
  }
});

// Gives no block back, and traps where it is not told the size that a block has. Where memory does not grow it
// returns null.
const sized = `
typedef __SIZE_TYPE__ size_t;
extern char __heap_base;
static size_t top;
void* alloc(size_t size) {
  const size_t start = top ? top : ((size_t)&__heap_base + 15) & -16, end = start + 16 + ((size + 15) & -16);
  const size_t have = __builtin_wasm_memory_size(0) << 16;
  if (end > have && __builtin_wasm_memory_grow(0, (end - have + 65535) >> 16) == (size_t)-1) return 0;
  top = end;
  *(size_t*)start = size;
  return (void*)(start + 16);
}
void dealloc(char* block, size_t size) {
  if (*(size_t*)(block - 16) != size) __builtin_trap();
}
void* resize(char* block, size_t old, size_t size) {
  dealloc(block, old);
  return alloc(size);
}`;

test('an allocator that wants sizes back gets those that it was asked for', async () => {
  const { malloc, free } = await measureLatency(await compiled(sized, ['alloc', 'dealloc', 'resize']), 100);
  assert.deepEqual([malloc.unfinished, free.unfinished], [[], []]);
  assert.equal(free.most, free.percentiles[50], 'each free is the same few instructions');
  assert.ok(free.most > 3 && free.most < 15, `${free.most}`);
});

test('an allocator that has no memory, or takes for ever, is counted as far as it comes', async () => {
  const names = Object.keys(histories);
  const none = 'void* malloc(unsigned n) { return 0; }\nvoid free(void* p) {}';
  const { malloc } = await measureLatency(await compiled(none, ['malloc', 'free']), 100);
  assert.deepEqual(malloc.unfinished, names);
  const wrong = sized.replace('!= size', '== size');
  const trapped = await measureLatency(await compiled(wrong, ['alloc', 'dealloc', 'resize']), 100);
  assert.deepEqual(trapped.malloc.unfinished, names);
});
