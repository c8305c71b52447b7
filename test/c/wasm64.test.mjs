// The C family on wasm64, as a module that stands alone. Where the engine has no 64-bit memories (Node 20 has them only
// without the 64-bit tables that clang makes), binaryen turns the same code into one with a 32-bit memory first.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findEmscripten, isOlder, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { Random, seed } from '../../tools/random.mjs';
import { runtime } from '../../tools/runtimes.mjs';
import { profiles } from '../../wasm/build/modules.mjs';
import { heapletFlags } from '../support/flags.mjs';
import { instance } from './wasm64.mjs';

const alignment = 32n;
const page = 65536n;

for (const profile of profiles) {
  test(`wasm64, ${profile}: what is refused`, async () => {
    const heap = await instance(profile);
    // With a memory of 32 bits a growth by 2^48 bytes, 2^32 pages, would be one by none.
    for (const bytes of [-1n, -256n, 1n << 47n]) assert.equal(heap.malloc(bytes), 0n, `${bytes}`);
    const half = 1n << 32n;
    assert.equal(heap.calloc(half, half), 0n);
    assert.equal(heap.reallocarray(0n, half, half + 1n), 0n);
    assert.equal(heap.aligned_alloc(0n, 10n), 0n);
    assert.equal(heap.aligned_alloc(24n, 10n), 0n);
    assert.equal(heap.malloc_usable_size(0n), 0n);
    heap.free(0n);
    assert.notEqual(heap.malloc(0n), 0n);
  });

  test(`wasm64, ${profile}: random work under a shadow, seed ${seed}`, async () => {
    const heap = await instance(profile);
    const random = new Random(seed, profile);
    const blocks = new Map();
    const bytesOf = (start, length) => new Uint8Array(heap.memory.buffer, Number(start), Number(length));
    const isFull = (start, length, tag) => bytesOf(start, length).every((byte) => byte === tag);
    const add = (start, size, aligned) => {
      assert.notEqual(start, 0n);
      assert.equal(start % aligned, 0n, `${start} is no multiple of ${aligned}`);
      const usable = heap.malloc_usable_size(start);
      assert(usable >= size);
      const tag = random.integer(1, 255);
      bytesOf(start, usable).fill(tag);
      blocks.set(start, { size: usable, tag });
    };
    for (let step = 0; step < 20_000; step++) {
      const size = BigInt(random.logarithmic(1, 30_000) - 1);
      const [start, block] = [...blocks].at(-random.integer(1, 50)) ?? [];
      if (blocks.size < 40 || random.chance(0.4)) {
        const aligned = random.chance(0.2) ? alignment << BigInt(random.integer(0, 8)) : alignment;
        add(aligned > alignment ? heap.aligned_alloc(aligned, size) : heap.malloc(size), size, aligned);
      } else if (block) {
        assert(isFull(start, block.size, block.tag), `block ${start} of ${block.size} changed`);
        blocks.delete(start);
        if (random.chance(0.3)) {
          const moved = heap.realloc(start, size);
          assert(isFull(moved, size < block.size ? size : block.size, block.tag));
          add(moved, size, alignment);
        } else heap.free(start);
      }
    }
    for (const [start, { size, tag }] of blocks) {
      assert(isFull(start, size, tag));
      heap.free(start);
    }
    // All of it is one block again, but for what lies before the first block and behind the last one.
    const all = BigInt(heap.memory.buffer.byteLength);
    assert.equal(heap.malloc_footprint() % alignment, 0n);
    const large = (heap.malloc_footprint() / 4n / page) * page;
    assert.notEqual(heap.malloc(large), 0n);
    assert.equal(BigInt(heap.memory.buffer.byteLength), all, 'the memory grew though all was free');
  });
}

// The matrix as a program for Emscripten, linked as the command says.
const emscripten = findEmscripten();
const hasWide = emscripten && !isOlder(emscripten.version, '6.0.0');
/** A Node with memories of 64 bits: one that was fetched, or Emscripten's. */
const node = runtime('node24') ?? (emscripten && join(dirname(emscripten.emcc), 'node'));
const memories = {
  growing: { settings: ['-sALLOW_MEMORY_GROWTH=1'], args: [] },
  'with a maximum': { settings: ['-sALLOW_MEMORY_GROWTH=1', '-sMAXIMUM_MEMORY=26214400'], args: ['limited'] },
  'that cannot grow': {
    settings: ['-sINITIAL_MEMORY=26214400', '-sABORTING_MALLOC=0'],
    args: ['limited'],
  },
};

for (const profile of profiles) {
  test(`Emscripten ${emscripten?.version ?? ''}, 64 bits, ${profile}: the matrix`, {
    skip: !hasWide && 'an Emscripten from 6.0 on',
  }, () => {
    const out = join(folder('build/test-c'), `wasm64-${emscripten.version}`);
    mkdirSync(out, { recursive: true });
    const objects = ['matrix', 'platform'].map((name) => {
      const object = join(out, `${name}.o`);
      const compile = ['emcc', '-m64', '-O1', '-fno-builtin', '-Wall', '-Wextra', `-I${path('wasm')}`];
      runEmscripten(emscripten, [...compile, '-c', path(`test/c/${name}.c`), '-o', object]);
      return object;
    });
    const library = heapletFlags('--emscripten', '--memory64', '--profile', profile);
    for (const [memory, { settings, args }] of Object.entries(memories)) {
      const program = join(out, `${profile}.cjs`);
      runEmscripten(emscripten, ['emcc', '-m64', '-O1', ...settings, ...objects, ...library, '-o', program]);
      const { status, stdout, stderr } = spawnSync(node, [program, ...args], { encoding: 'utf8' });
      assert.equal(status, 0, `memory ${memory}: ${stdout}${stderr}`);
      assert.match(stdout, /^0 faults$/m);
    }
  });
}
