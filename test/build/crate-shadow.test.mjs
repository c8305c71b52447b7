// The Rust crate against a shadow of its heap (test/rust/shadow), in memories that end: blocks lie apart and keep their bytes, a
// refusal leaves nothing unused that waited, and nothing is lost over rounds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { path } from '../../tools/paths.mjs';
import { Random, seed } from '../../tools/random.mjs';
import { missingRust, rust } from '../../tools/rust.mjs';
import { cargoBuild } from '../rust/cargo.mjs';

const skip = !rust && missingRust;
const profiles = ['fast', 'lean', 'small', 'hardened', 'realtime'];

/**
 * A module of a profile, and how to begin it in a memory of so many pages at most.
 * @returns {(pages: number) => any}
 */
function shadow(profile) {
  const features = profile === 'fast' ? [] : [profile];
  const flags = ['-Clink-arg=--import-memory'];
  const built = cargoBuild({ crate: path('test/rust/shadow'), features, flags });
  assert.equal(built.status, 0, built.stderr);
  const module = new WebAssembly.Module(built.read('shadow.wasm'));
  return (pages) => {
    const memory = new WebAssembly.Memory({ initial: 24, maximum: pages });
    const wrong = (text, length, step, first, second) => {
      const what = new TextDecoder().decode(new Uint8Array(memory.buffer, text, length));
      throw new Error(`${what}, step ${step}: ${first >>> 0}, ${second >>> 0}`);
    };
    const { exports } = new WebAssembly.Instance(module, { env: { memory, wrong } });
    return { ...exports, memory };
  };
}

/** What can be had of a heap in which nothing is used, each time after all is merged. */
const yieldOf = (heap) => {
  const blocks = [64, 500, 1500].map((size) => {
    heap.largest();
    return heap.many(size);
  });
  return [heap.largest(), ...blocks];
};

/** Memories: in pages; blocks at most; the largest request. */
const memories = {
  'that ends soon': [36, 3000, 20_000],
  'in which large blocks come and go': [64, 1500, 120_000],
  'that suffices': [220, 400, 20_000],
};

for (const profile of profiles)
  test(`${profile}: calls at random in memories that end`, { skip }, (t) => {
    t.diagnostic(`HEAPLET_SEED=${seed}`);
    const begin = shadow(profile);
    const random = new Random(seed, `shadow ${profile}`);
    for (const [name, [pages, most, largest]] of Object.entries(memories)) {
      const heap = begin(pages);
      const first = pages < 100 ? yieldOf(heap) : [];
      let refused = 0;
      for (let round = 0; round < 3; round++) {
        refused += heap.run(random.integer(1, 2 ** 31), 60_000, most, largest);
        heap.give_all(random.integer(1, 2 ** 31));
        // Slab pages, once taken, leave some of what lies between them.
        const now = first.length ? yieldOf(heap) : [];
        now.forEach((had, i) => {
          assert.ok(had >= first[i] * (profile === 'fast' ? 0.97 : 0.999), `${name}: ${first}, then ${now}`);
        });
      }
      if (pages < 100) assert.ok(refused > 50, `${name}: ${refused} calls were refused`);
      else assert.equal(refused, 0, name);
    }
  });

for (const profile of profiles.filter((name) => name !== 'small'))
  test(`${profile}: the only free memory lies behind a small block, which then grows where it is`, {
    skip,
  }, () => {
    const heap = shadow(profile)(24);
    heap.largest();
    const blocks = [heap.one(200, 8) >>> 0];
    while (blocks.at(-1) !== 0) blocks.push(heap.one(200, 8) >>> 0);
    blocks.pop();
    // What is left are larger blocks.
    while (heap.one(500, 8) || heap.one(250, 8) || heap.one(201, 8));
    blocks.sort((a, b) => a - b);
    const step = blocks[11] - blocks[10];
    const at = blocks.findIndex(
      (block, i) => block + step === blocks[i + 1] && block + 2 * step === blocks[i + 2],
    );
    new Uint8Array(heap.memory.buffer, blocks[at], 200).fill(7);
    heap.back(blocks[at + 1], 200, 8);
    assert.equal(heap.other(blocks[at], 200, 8, 300) >>> 0, blocks[at]);
    assert.ok(new Uint8Array(heap.memory.buffer, blocks[at], 200).every((byte) => byte === 7));
    assert.equal(heap.other(blocks[at], 300, 8, 700), 0);
    heap.back(blocks[at], 300, 8);
    assert.equal(heap.one(300, 8) >>> 0, blocks[at], 'it serves all of its list');
  });

for (const profile of profiles)
  test(`${profile}: what had an alignment serves its own size without one, and all of its list`, {
    skip,
  }, () => {
    const begin = shadow(profile);
    for (const size of [100, 300, 731, 1003]) {
      const heap = begin(28);
      heap.largest();
      const block = heap.one(size + 40, 4096);
      assert.equal(heap.other(block, size + 40, 4096, size), block);
      const other = heap.one(size, 4096);
      while (heap.one(1500, 8) || heap.one(300, 8) || heap.one(1, 1));
      for (const each of [block, other]) {
        heap.back(each, size, 4096);
        assert.notEqual(heap.one(size, 8), 0, `${size} bytes`);
      }
    }
  });
