// Calls that end in the middle, as a worker's that is terminated: before each single store that the wasm does. What that
// leaves is repaired by `heap.recover()`, or refused; and no byte of a block that is in use may ever change.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import 'heaplet/hardened';
import { binaryen } from '../../../tools/binaryen.mjs';
import { features } from '../../../wasm/build/modules.mjs';
import { PAGE, random } from '../support.mjs';

const STATE = 512;

class Killed extends Error {}

/** The functions of a placed heap that ask before each store whether they may go on. */
async function victimOf(profile) {
  const wasm = readFileSync(new URL(`../../../dist/heaplet-${profile}-placed.wasm`, import.meta.url));
  const watched = await binaryen('wasm-opt', wasm, [...features, '-g', '--instrument-memory']);
  const module = new WebAssembly.Module(watched);
  return (memory, base) => {
    let left = Number.POSITIVE_INFINITY;
    const pass = Object.fromEntries(
      WebAssembly.Module.imports(module)
        .filter(({ kind }) => kind === 'function')
        .map(({ name }) => [name, (...values) => values.at(-1)]),
    );
    const env = {
      ...pass,
      memory,
      __memory_base: base + STATE,
      __stack_pointer: new WebAssembly.Global({ value: 'i32', mutable: true }, base + STATE),
      store_ptr(_id, _bytes, _offset, address) {
        if (--left < 0) throw new Killed();
        return address;
      },
    };
    const { exports } = new WebAssembly.Instance(module, { env });
    return {
      exports,
      /** Calls a function that ends before its store of that number; @returns whether it came that far */
      dies(at, call) {
        left = at;
        try {
          call(exports);
          return false;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          return true;
        } finally {
          left = Number.POSITIVE_INFINITY;
        }
      },
    };
  };
}

const fill = (heap, { ptr, size, value }) => new Uint8Array(heap.memory.buffer, ptr, size).fill(value);

for (const profile of ['fast', 'hardened']) {
  test(`${profile}: a call that ends at any store loses nothing`, async (t) => {
    const instantiate = await victimOf(profile);
    let [killed, refused] = [0, 0];
    for (let seed = 0; seed < 3; seed++) {
      const pick = random(seed);
      let memory = new WebAssembly.Memory({ initial: 2, maximum: 200 });
      let heap = Heap.over(memory, { base: 1024, profile });
      const live = [];
      const size = () => 1 + pick([40, 300, 3000, 30_000][pick(4)]);
      for (let i = 0; i < 150; i++) {
        if (pick(5) < 3 || live.length === 0) {
          const block = { size: size(), value: pick(256) };
          block.ptr = heap.malloc(block.size);
          fill(heap, block);
          live.push(block);
        } else heap.free(live.splice(pick(live.length), 1)[0].ptr);
        if (pick(60) === 0) memory.grow(1); // somebody else's
      }
      const calls = [
        { call: ({ malloc }) => malloc(3 * PAGE) },
        { call: ({ malloc }) => malloc(PAGE - 100) },
      ];
      for (let i = 0; i < 12; i++) {
        const bytes = size();
        const alignment = 16 << pick(6);
        calls.push(
          { call: ({ malloc }) => malloc(bytes) },
          { call: ({ aligned_alloc }) => aligned_alloc(alignment, bytes) },
          { call: ({ free }) => free(live[i].ptr), about: live[i] },
          { call: ({ realloc }) => realloc(live[i].ptr, bytes), about: live[i] },
        );
      }
      let victim;
      const before = new Uint8Array(memory.buffer).slice();
      for (const { call, about } of calls) {
        const others = live.filter((block) => block !== about);
        // Of a call that merges all that is cached, some of its many stores.
        for (let at = 0; ; at += at < 40 ? 1 : 1 + pick(40)) {
          if (!victim || memory.buffer.byteLength !== before.length) {
            memory = new WebAssembly.Memory({ initial: before.length / PAGE, maximum: 200 });
            new Uint8Array(memory.buffer).set(before);
            heap = Heap.attach({ memory, base: 1024 });
            victim = instantiate(memory, 1024);
          }
          new Uint8Array(memory.buffer).set(before);
          if (!victim.dies(at, call)) break;
          killed++;
          let repaired = true;
          try {
            heap.recover();
          } catch (error) {
            assert.match(error.message, /^heap: beyond repair: /);
            repaired = false;
            refused++;
          }
          for (const { ptr, size, value } of others) {
            const bytes = new Uint8Array(memory.buffer, ptr, size);
            assert.ok(
              bytes.every((byte) => byte === value),
              'what a block holds has changed',
            );
          }
          if (!repaired) continue;
          assert.ok(heap.check());
          const used = heap.blocks().filter(({ state }) => state === 'used');
          const ptrs = new Set(used.map(({ ptr }) => ptr));
          for (const { ptr } of others) assert.ok(ptrs.has(ptr), `the block at ${ptr} is lost`);
          // What may stay taken is what the call was about: of an aligned one what lies before and behind it too.
          assert.ok(used.length <= others.length + 5, `${used.length} blocks of ${others.length}`);
          if (at % 8 > 0) continue;
          for (const { ptr } of others) heap.free(ptr);
          assert.equal(heap.stats().usedBlocks, used.length - others.length);
          assert.ok(heap.malloc(5 * PAGE) && heap.check());
        }
      }
    }
    t.diagnostic(`${killed} calls ended early, ${refused} could not be repaired`);
    assert.ok(killed > 1000 && refused < killed / 10);
  });
}

test('fast: a call that ends while it merges what waits leaves in no list what is merged', async () => {
  const instantiate = await victimOf('fast');
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 200 });
  const heap = Heap.over(memory, { base: 1024 });
  // The links of a free block, taken for those of one that waits, would lead to what is used before another free one.
  const live = [];
  const take = () => live.push(fill(heap, { ptr: heap.malloc(12), size: 12, value: 90 }).byteOffset);
  const [merged, waiting] = [[], []];
  for (let i = 0; i < 20; i++)
    for (const kind of [merged, waiting]) {
      take();
      kind.push(heap.malloc(12));
    }
  take();
  for (const ptr of merged) heap.free(ptr);
  heap.malloc(2 * PAGE);
  for (const ptr of waiting) heap.free(ptr);
  const before = new Uint8Array(memory.buffer).slice();
  let repaired = 0;
  for (let at = 0; ; at++) {
    const copy = new WebAssembly.Memory({ initial: before.length / PAGE, maximum: 200 });
    new Uint8Array(copy.buffer).set(before);
    const again = Heap.attach({ memory: copy, base: 1024 });
    if (!instantiate(copy, 1024).dies(at, ({ malloc }) => malloc(5 * PAGE))) break;
    try {
      again.recover();
    } catch (error) {
      assert.match(error.message, /^heap: beyond repair: /);
      continue;
    }
    repaired++;
    const used = new Set(again.blocks().flatMap(({ ptr, state }) => (state === 'used' ? [ptr] : [])));
    for (const ptr of live) {
      assert.ok(used.has(ptr), `before store ${at}: the block at ${ptr} is lost`);
      assert.ok(new Uint8Array(copy.buffer, ptr, 12).every((byte) => byte === 90));
    }
  }
  assert.ok(repaired > 100, `${repaired} were repaired`);
});
