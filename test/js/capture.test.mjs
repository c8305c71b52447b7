// Captures: what is recorded of a heap is what is in the heap, and what is read is what was written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import {
  CaptureWriter,
  difference,
  EVENT,
  flame,
  History,
  leaks,
  lifeOf,
  merge,
  readCapture,
  timeline,
  toHeapProfile,
  toSpeedscope,
  toTrace,
} from 'heaplet/capture';
import { record, recordImports } from 'heaplet/record';
import { noSharedMemory } from './support.mjs';

/** A generator of numbers below a limit, the same each time. */
function numbers(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** The used blocks that the walker sees, and those that a capture knows. */
function both(heap, history) {
  const used = heap.blocks().filter(({ state }) => state === 'used');
  const live = history.liveAt();
  return [
    used.map(({ ptr, size }) => [ptr, size]),
    [...live].map((block) => [history.address.raw[block], history.usable.raw[block]]),
  ];
}

/** Random work on a heap, of each kind of call. */
function work(heap, rounds, seed = 1) {
  const below = numbers(seed);
  const ptrs = [];
  for (let i = 0; i < rounds; i++) {
    const kind = below(8);
    if (kind < 3) ptrs.push(heap.malloc(below(3000)));
    else if (kind === 3) ptrs.push(heap.calloc(below(20), 16));
    else if (kind === 4) ptrs.push(heap.alignedAlloc(256, below(500)));
    else if (kind === 5 && ptrs.length) {
      const at = below(ptrs.length);
      ptrs[at] = heap.realloc(ptrs[at], below(5000));
    } else if (ptrs.length) heap.free(ptrs.splice(below(ptrs.length), 1)[0]);
  }
  return ptrs;
}

for (const profile of ['fast', 'hardened', 'small']) {
  test(`${profile}: a capture ends with what the heap holds, to the byte`, () => {
    const heap = Heap.create({ profile });
    const before = heap.malloc(77);
    const early = heap.alloc(Uint8Array, 10); // a handle from before, freed within
    const recording = record(heap);
    const ptrs = work(heap, 2000);
    early.free();
    heap.scope((arena) => arena.utf8('an arena takes its chunks from the heap'));
    const handle = heap.alloc(Float64Array, 9);
    const { malloc } = heap.imports().env;
    malloc(50);
    const history = new History(recording.stop());
    assert.deepEqual([history.reading.complete, history.reading.error], [true, undefined]);
    if (profile === 'small') {
      // It has no walker: what was there before is not known.
      const live = new Set([...history.liveAt()].map((block) => history.address.raw[block]));
      for (const ptr of [...ptrs, handle.ptr]) assert.ok(live.has(ptr));
      assert.equal(live.size, ptrs.length + 2);
    } else {
      const [used, live] = both(heap, history);
      assert.deepEqual(live, used);
      assert.ok(live.some(([ptr]) => ptr === before));
      const { usedBytes, usedBlocks } = heap.stats();
      const more = usedBytes - history.bytesOf(history.liveAt());
      if (profile !== 'hardened') assert.equal(more, 4 * usedBlocks);
      // A header, a record, and what lies between that and what was asked for.
      else assert.ok(more > 12 * usedBlocks && more < 40 * usedBlocks, `${more / usedBlocks} a block`);
    }
    assert.equal(Object.hasOwn(heap, 'malloc'), false, 'the heap is as before');
    const { events } = history;
    heap.malloc(1);
    assert.equal(new History(recording.stop()).events, events);
  });
}

test('what the recording cannot see, the next walk brings', () => {
  const heap = Heap.create();
  const { malloc, free } = heap.imports().env; // handed out before: to another module, say
  const hidden = malloc(100);
  const recording = record(heap);
  malloc(200);
  const seen = heap.malloc(300);
  free(hidden);
  const [used, live] = both(heap, new History(recording.stop()));
  assert.deepEqual(live, used);
  assert.ok(live.some(([ptr]) => ptr === seen));
});

test('resets, snapshots and restores are recorded; closing ends a recording', () => {
  const heap = Heap.create();
  const recording = record(heap);
  const kept = heap.malloc(1000);
  const snapshot = heap.snapshot();
  const handle = heap.alloc(Uint8Array, 100);
  handle.free();
  heap.malloc(3000);
  heap.restore(snapshot);
  let history = new History(recording.capture());
  assert.deepEqual(
    [...history.liveAt()].map((block) => history.address.raw[block]),
    [kept],
  );
  heap.reset();
  heap.malloc(20);
  history = new History(recording.capture());
  assert.equal(history.liveAt().length, 1);
  heap.close();
  assert.equal(recording.ended, '');
  assert.ok(new History(recording.stop()).reading.complete);
});

test('shared heaps are recorded too', { skip: noSharedMemory }, () => {
  const heap = Heap.create({ shared: true, maximum: 1 << 24 });
  const recording = record(heap);
  work(heap, 500);
  const other = Heap.attach(heap.share());
  other.malloc(123); // another thread's
  const [used, live] = both(heap, new History(recording.stop()));
  assert.deepEqual(live, used);
});

test('a refused request, and the growth of memory, are in it', () => {
  const heap = Heap.create({ maximum: 1 << 20 });
  const recording = record(heap);
  heap.malloc(500_000);
  assert.throws(() => heap.malloc(1 << 21), { name: 'OutOfMemoryError' });
  recording.mark('full');
  const history = new History(recording.stop());
  assert.deepEqual(
    history.refusals.map(({ size }) => size),
    [1 << 21],
  );
  assert.equal(history.memory.at(-1).bytes, heap.memory.buffer.byteLength);
  assert.deepEqual(
    history.marks.map(({ text }) => text),
    ['full'],
  );
});

/** The stack's frames as one text. */
const textOf = (history, { stack }) => history.framesOf(stack).join(' < ');

test('who leaks comes first', () => {
  const heap = Heap.create();
  const recording = record(heap);
  // What a function does last is no return: JavaScriptCore then forgets who has called.
  const cache = () => {
    heap.malloc(1_000_000); // large, but once
  };
  const plantedLeak = () => {
    heap.malloc(40);
  };
  const honest = () => {
    heap.free(heap.malloc(5000));
  };
  cache();
  for (let i = 0; i < 1000; i++) {
    plantedLeak();
    honest();
  }
  const history = new History(recording.stop());
  const [first] = leaks(history);
  assert.match(textOf(history, first), /plantedLeak/);
  assert.equal(first.blocks, 1000);
  assert.equal(first.pieces, 1);
  const tree = flame(history, history.byStack(history.liveAt()));
  assert.equal(tree.bytes, history.bytesOf(history.liveAt()));
  const [named] = timeline(history).used.slice(-1);
  assert.equal(named, tree.bytes);
});

test('the difference of two moments is what came between', () => {
  const heap = Heap.create();
  const recording = record(heap);
  const before = Array.from({ length: 10 }, () => heap.malloc(100));
  recording.mark('first');
  function adds() {
    heap.malloc(1000);
  }
  for (let i = 0; i < 5; i++) adds();
  for (const ptr of before.slice(0, 4)) heap.free(ptr);
  recording.mark('second');
  heap.malloc(7);
  const history = new History(recording.stop());
  const [first, second] = history.marks.map(({ step }) => step);
  const changes = difference(history, first, second);
  assert.equal(changes.length, 2);
  assert.match(textOf(history, changes[0]), /adds/);
  assert.deepEqual([changes[0].blocks, changes[0].freed], [5, 0]);
  assert.ok(changes[0].bytes >= 5000 && changes[0].allocated === changes[0].bytes);
  assert.deepEqual([changes[1].blocks, changes[1].allocated], [-4, 0]);
  assert.equal(history.keptBetween(first, second).length, 5);
});

test('stacks can be left out; a limit ends the recording, and both say so', () => {
  const heap = Heap.create();
  const recording = record(heap, { stacks: 0, limit: 100_000 });
  for (let i = 0; i < 100_000 && recording.ended === undefined; i++) heap.malloc(16);
  assert.match(recording.ended, /limit of 100000 bytes/);
  const capture = recording.stop();
  assert.ok(capture.length < 300_000);
  const { reading, frames } = new History(capture);
  assert.ok(reading.complete);
  assert.match(reading.reason, /limit/);
  assert.ok(frames.every((frame) => /before the recording/.test(frame)));
});

test('of a sample sums are right on average', () => {
  const heap = Heap.create();
  const recording = record(heap, { sampling: 1000, stacks: 0 });
  const below = numbers(7);
  let [bytes, blocks] = [0, 0];
  for (let i = 0; i < 20_000; i++) {
    const size = 16 + 16 * below(60);
    const ptr = heap.malloc(size);
    if (below(2)) heap.free(ptr);
    else {
      bytes += heap.usableSize(ptr);
      blocks++;
    }
  }
  const history = new History(recording.stop());
  assert.ok(history.events < 20_000, `${history.events}`);
  const [usage] = history.byStack(history.liveAt());
  // Some 3,300 are in the sample: a standard deviation is 2%.
  assert.ok(Math.abs(usage.bytes / bytes - 1) < 0.12, `${usage.bytes} of ${bytes}`);
  assert.ok(Math.abs(usage.blocks / blocks - 1) < 0.15, `${usage.blocks} of ${blocks}`);
  const [totals] = history.totals;
  assert.deepEqual([totals.blocks, totals.bytes], [blocks, bytes]);
});

test('every kind of event is read as it was written, large numbers too', () => {
  const parts = [];
  const writer = new CaptureWriter((part) => parts.push(...part), { program: 'é' });
  const stack = writer.stack(['main', 'inner']);
  assert.equal(writer.stack(['main']), 1);
  const seen = [];
  writer.allocated(EVENT.malloc, 3, 4_294_967_280, 5, 8, stack);
  writer.allocated(EVENT.alignedAlloc, 3, 16, 2 ** 31, 2 ** 31, 1, 4096);
  writer.thread(4, 7);
  writer.flush(); // it is still that thread's
  writer.reallocated(2 ** 40, 16, 32, 1, 12, 0);
  writer.freed(2 ** 40 + 1, 32);
  writer.refused(2 ** 40 + 2, 2 ** 32, stack);
  writer.figures(2 ** 40 + 3, 100, 50);
  writer.mark(2 ** 40 + 4, 'ü');
  writer.memory(2 ** 40 + 5, 2 ** 32);
  writer.walk(2 ** 40 + 6, {
    pools: [[16, 4096]],
    blocks: [
      { ptr: 32, size: 12, state: 'used' },
      { ptr: 48, size: 4000, state: 'cached' },
      { ptr: 4064, size: 12, state: 'free' },
    ],
  });
  writer.end(2 ** 40 + 7);
  const reading = readCapture(Uint8Array.from(parts), {
    about: (about) => seen.push(about),
    frame: (text) => seen.push(text),
    stack: (...numbers) => seen.push(numbers),
    block: (...numbers) => seen.push(numbers),
    free: (...numbers) => seen.push(numbers),
    other: (...numbers) => seen.push(numbers),
    mark: (...mark) => seen.push(mark),
    walk: (...walk) => seen.push(walk),
  });
  assert.deepEqual(reading, { complete: true, time: 2 ** 40 + 7, read: parts.length });
  assert.deepEqual(readCapture(Uint8Array.from(parts), {}), reading, 'nobody need ask for anything');
  assert.deepEqual(seen, [
    { program: 'é' },
    'main',
    [0, 0],
    'inner',
    [1, 1],
    [EVENT.malloc, 3, 4_294_967_280, 5, 8, 2, 0, 0],
    [EVENT.alignedAlloc, 3, 16, 2 ** 31, 2 ** 31, 1, 4096, 0],
    [EVENT.realloc, 2 ** 40, 32, 1, 12, 0, 16, 7],
    [2 ** 40 + 1, 32, 7],
    [EVENT.refused, 2 ** 40 + 2, 2 ** 32, 2],
    [EVENT.figures, 2 ** 40 + 3, 100, 50],
    [2 ** 40 + 4, 'ü'],
    [EVENT.memory, 2 ** 40 + 5, 2 ** 32, 0],
    [
      2 ** 40 + 6,
      {
        pools: [[16, 4096]],
        blocks: [
          { ptr: 32, size: 12, state: 'used' },
          { ptr: 48, size: 4000, state: 'cached' },
          { ptr: 4064, size: 12, state: 'free' },
        ],
      },
    ],
  ]);
});

/** A capture with something of everything. */
function sample() {
  const heap = Heap.create();
  const recording = record(heap);
  work(heap, 3000, 5);
  recording.mark('half');
  work(heap, 3000, 6);
  return recording.stop();
}

test('a foreign file, another version, and nothing at all are errors', () => {
  const text = (string) => new TextEncoder().encode(string);
  assert.throws(() => new History(text('PK\x03\x04 something else')), /not a capture/);
  assert.throws(() => new History(text('heapcap 2\nmore')), /version 2, and this reads version 1/);
  assert.throws(() => new History(new Uint8Array()), /cut off/);
  assert.throws(() => new History(text('heap')), /cut off/);
  const parts = [];
  new CaptureWriter((part) => parts.push(...part), undefined).end(0);
  assert.match(new History(Uint8Array.from(parts)).reading.error, /no JSON/);
  const about = () => {
    throw new Error('of the visitor');
  };
  assert.throws(() => readCapture(sample(), { about }), /of the visitor/);
});

test('of a capture that is cut off, what is there is read, and it says so', () => {
  const whole = sample();
  const below = numbers(3);
  for (let i = 0; i < 60; i++) {
    const length = 10 + below(whole.length - 10);
    const { reading, events } = new History(whole.slice(0, length));
    assert.equal(reading.complete, false);
    assert.match(reading.error, /cut off|ends within/);
    assert.ok(reading.read <= length && events >= 0);
  }
  const cut = new History(whole.slice(0, whole.length - 6)); // its last chunk alone
  assert.equal(cut.events, new History(whole).events);
});

test('of a capture with a flipped bit, what is before is read, and it says so', () => {
  const whole = sample();
  const { events } = new History(whole);
  const below = numbers(4);
  for (let i = 0; i < 150; i++) {
    const changed = whole.slice();
    // As often in the first bytes, where most is decided, as anywhere.
    const at = below(i % 2 ? 200 : changed.length);
    changed[at] ^= 1 << below(8);
    if (at < 10) {
      assert.throws(() => new History(changed), { name: 'CaptureError' });
      continue;
    }
    const history = new History(changed);
    assert.equal(history.reading.complete, false, `byte ${at}`);
    assert.match(history.reading.error, /^after \d+ of \d+ bytes: /);
    assert.ok(history.reading.read <= at && history.events <= events);
  }
});

test('bytes that are made to be believed, and are wrong, end too', () => {
  const below = numbers(9);
  for (let i = 0; i < 300; i++) {
    const parts = [];
    const writer = new CaptureWriter((part) => parts.push(part), {});
    // Each chunk of it has a right sum, whatever it holds.
    writer.mark(0, String.fromCharCode(...Array.from({ length: 40 }, () => below(128))));
    writer.flush();
    const chunk = parts.at(-1);
    const begin = parts[0].length + parts[1].length;
    const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
    for (let j = 0; j < 6; j++) bytes[begin + 2 + below(chunk.length - 6)] = below(256);
    seal(bytes, begin);
    assert.ok(new History(bytes).reading.read > 0);
  }
});

/** Gives a file's last chunk the sum that it must have. */
function seal(bytes, begin) {
  let sum = ~0;
  for (let i = begin; i < bytes.length - 4; i++) {
    sum ^= bytes[i];
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  new DataView(bytes.buffer).setUint32(bytes.length - 4, ~sum >>> 0, true);
}

test('speedscope and the heap profile have the same bytes', () => {
  const history = new History(sample());
  const total = history.bytesOf(history.liveAt());
  const [profile] = toSpeedscope(history).profiles;
  assert.equal(
    profile.weights.reduce((sum, bytes) => sum + bytes, 0),
    total,
  );
  const frames = history.frames.length;
  assert.ok(profile.samples.flat().every((frame) => frame < frames));
  const sum = (node) => node.children.reduce((bytes, child) => bytes + sum(child), node.selfSize);
  assert.equal(sum(toHeapProfile(history).head), total);
});

test('wrong arguments are named', () => {
  const heap = Heap.create();
  assert.throws(() => record(), /^TypeError: target: expected a heap of heaplet/);
  assert.throws(() => record({}), /^TypeError: target: neither a heap/);
  assert.throws(() => record(heap, { stacks: -1 }), /^RangeError: stacks: /);
  assert.throws(() => record(heap, { sampling: 'all' }), /^TypeError: sampling: /);
  assert.throws(() => record(heap, { limit: 0.5 }), /^RangeError: limit: /);
  assert.throws(() => record(heap, { sink: 1 }), /^TypeError: sink: /);
  assert.throws(() => record(heap, { thread: 256 }), /^RangeError: thread: /);
  assert.throws(() => record(heap, { rate: 1 }), /^TypeError: record: option: /);
  assert.equal(Object.hasOwn(heap, 'malloc'), false);
});

test('a module with a malloc of its own is recorded: what it is asked for from JavaScript', () => {
  const heap = Heap.create();
  const { memory, malloc, free, calloc, realloc, aligned_alloc, malloc_usable_size } = heap.imports().env;
  const module = {
    wasmMemory: memory,
    _malloc: malloc,
    _free: free,
    _calloc: calloc,
    _realloc: realloc,
    _aligned_alloc: aligned_alloc,
    _malloc_usable_size: malloc_usable_size,
  };
  const recording = record(module);
  const kept = module._malloc(100);
  module._free(module._calloc(3, 5));
  const moved = module._realloc(module._malloc(10), 100_000);
  const aligned = module._aligned_alloc(512, 20);
  module._free(0);
  const history = new History(recording.stop());
  assert.match(history.about.recorder, /exports/);
  assert.equal(module._malloc, malloc, 'the module is as before');
  const live = [...history.liveAt()].map((block) => [history.address.raw[block], history.size.raw[block]]);
  const expected = [
    [kept >>> 0, 100],
    [moved >>> 0, 100_000],
    [aligned >>> 0, 20],
  ];
  assert.deepEqual(
    live,
    expected.sort(([a], [b]) => a - b),
  );
  assert.equal(history.memory.at(-1).bytes, memory.buffer.byteLength);
  for (const block of history.liveAt()) {
    const life = lifeOf(history, block);
    assert.equal(life.usable, malloc_usable_size(life.address));
    assert.deepEqual([life.died, life.thread], [undefined, 0]);
  }
});

test('a module that tells of its blocks is heard, and who heard it before still is', () => {
  const heard = [];
  const module = {
    HEAPU8: new Uint8Array(65536),
    emscripten_trace_configure() {},
    onMalloc: (...values) => heard.push(values),
    onFree: (...values) => heard.push(values),
  };
  const { onMalloc } = module;
  const recording = record(module);
  module.onMalloc(4096, 100);
  module.onRealloc(4096, 8192, 200);
  module.onMalloc(4096, 5);
  module.onFree(4096);
  const history = new History(recording.stop());
  assert.deepEqual(heard, [[4096, 100], [4096, 5], [4096]]);
  assert.equal(module.onMalloc, onMalloc);
  assert.deepEqual(
    [...history.liveAt()].map((block) => [history.address.raw[block], history.size.raw[block]]),
    [[8192, 200]],
  );
  assert.equal(history.memory[0].bytes, 65536);
});

test('what a linked program reports is recorded', () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const { recording, env } = recordImports(() => memory, { stacks: 0 });
  const { malloc, calloc, alignedAlloc, realloc, free } = EVENT;
  env.heaplet_trace(malloc, -65536, 100, 0, 108);
  env.heaplet_trace(calloc, 4096, 64, 0, 0);
  env.heaplet_trace(alignedAlloc, 8192, 10, 256, 12);
  env.heaplet_trace(realloc, 16384, 1000, 4096, 1004);
  env.heaplet_trace(realloc, 32768, 7, 0, 12); // of null
  env.heaplet_trace(malloc, 0, 2 ** 31 - 1, 0, 0); // no room
  env.heaplet_trace(free, 8192, 0, 0, 12);
  recording.walk(); // there is none
  const history = new History(recording.stop());
  assert.deepEqual(
    [...history.liveAt()].map((block) => [history.address.raw[block], history.usable.raw[block]]),
    [
      [16384, 1004],
      [32768, 12],
      [2 ** 32 - 65536, 108],
    ],
  );
  assert.equal(history.refusals[0].size, 2 ** 31 - 1);
  assert.equal(history.memory[0].bytes, 131_072);
  assert.throws(() => recordImports(memory), /^TypeError: memory: expected a function/);
});

test('of imports every function is recorded, and alignedRealloc', () => {
  const heap = Heap.create();
  const recording = record(heap);
  const { malloc, calloc, realloc, aligned_alloc, aligned_realloc, free } = heap.imports().env;
  const kept = [
    realloc(malloc(10), 5000),
    aligned_realloc(calloc(2, 4), 128, 3000),
    aligned_alloc(64, 10),
    heap.alignedRealloc(heap.malloc(9), 256, 700),
  ];
  free(malloc(7));
  const [used, live] = both(heap, new History(recording.stop()));
  assert.deepEqual(live, used);
  assert.equal(live.length, kept.length);
});

test('over another module that lacks a function, sizes are those that were asked for', () => {
  const { memory, malloc, free } = Heap.create().imports().env;
  const heap = Heap.fromModule({ memory, malloc, free });
  const recording = record(heap);
  heap.malloc(33);
  const history = new History(recording.stop());
  assert.deepEqual([...history.usable.values], [33]);
  assert.equal(history.walks.length, 0);
});

test('figures are looked up now and then, and a trace has no more than calls', () => {
  const heap = Heap.create();
  const recording = record(heap, { stacks: 0 });
  const handle = heap.alloc(Uint8Array, 10);
  work(heap, 5000);
  heap.reset();
  assert.throws(() => handle.view, ReferenceError);
  heap.malloc(5);
  const capture = recording.stop();
  const history = new History(capture);
  assert.ok(history.figures.length >= 2);
  assert.equal(history.figures.at(-1).largestFree, heap.stats().largestFree);
  assert.equal(new TextDecoder().decode(toTrace(capture).subarray(0, 16)), 'heaplet trace 1\n');
  assert.ok(toTrace(capture).length > 5000);
  assert.equal(history.timeOf(0), 0);
  assert.equal(history.momentAt(-1), 0);
  assert.equal(history.momentAt(history.timeOf(history.moments)), history.moments);
});

// Compiled as the file is loaded: Cloudflare's runtime allows it only then. The same in other files.
// (module (import "env" "malloc" (func (param i32) (result i32))) (func (export "f") (result i32) i32.const 8 call 0))
const caller = new WebAssembly.Module(
  Uint8Array.from([
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 10, 2, 96, 1, 127, 1, 127, 96, 0, 1, 127],
    ...[2, 14, 1, 3, 101, 110, 118, 6, 109, 97, 108, 108, 111, 99, 0, 0, 3, 2, 1, 1, 7, 5, 1, 1, 102, 0, 1],
    ...[10, 8, 1, 6, 0, 65, 8, 16, 0, 11],
  ]),
);

test('frames of wasm have their names, or their numbers; a recording has a thread', () => {
  const heap = Heap.create();
  const recording = record(heap, { thread: 5 });
  const { exports } = new WebAssembly.Instance(caller, heap.imports());
  exports.f();
  assert.ok(recording.events >= 1);
  const history = new History(recording.stop());
  const [block] = history.liveAt();
  const frames = history.framesOf(history.stack.raw[block]);
  // In a bundle the package's own frames come first: there they cannot be told apart.
  const bundled = !import.meta.url.includes('capture.test');
  const shown = bundled ? frames : frames.slice(0, 1);
  assert.ok(
    shown.some((frame) => /^(f|\$?func1|wasm-function\[1\]|<\?>.*)$/.test(frame)),
    `${shown}`,
  );
  assert.equal(lifeOf(history, block).thread, 5);
});

test('a module that is linked with the archive is heard by it; a heap that is broken cannot be walked', () => {
  const module = { heapletTraced: true, wasmMemory: new WebAssembly.Memory({ initial: 1 }) };
  const recording = record(module);
  module.heapletTrace(EVENT.malloc, 64, 10, 0, 12);
  assert.equal(new History(recording.stop()).liveAt().length, 1);
  assert.equal(module.heapletTrace, undefined);
  const heap = Heap.create();
  const broken = record(heap);
  new Uint8Array(heap.memory.buffer).fill(255, 1024);
  assert.throws(() => broken.walk(), /too broken/);
});

/** A capture that begins at some millisecond. */
function captureAt(began, thread, write, about = {}) {
  const parts = [];
  const writer = new CaptureWriter((bytes) => parts.push(...bytes), { began, ...about });
  writer.thread(0, thread);
  write(writer);
  writer.end(9000);
  return Uint8Array.from(parts);
}

test('captures of several threads are one, in the order of time', () => {
  const one = captureAt(1000, 1, (writer) => {
    const stack = writer.stack(['main', 'one']);
    writer.allocated(EVENT.malloc, 10, 1024, 20, 28, stack);
    writer.allocated(EVENT.malloc, 5000, 4096, 50, 60, stack);
    writer.mark(6000, 'here');
  });
  // Begins a millisecond later, frees what the first has allocated, and allocates there again.
  const two = captureAt(1001, 2, (writer) => {
    const stack = writer.stack(['main', 'two']);
    writer.freed(10, 1024);
    writer.allocated(EVENT.alignedAlloc, 20, 1024, 24, 28, stack, 64);
    writer.reallocated(5000, 1024, 2048, 100, 108, stack);
    writer.refused(5001, 10_000, stack);
  });
  const merged = merge([two, one]);
  const history = new History(merged);
  assert.deepEqual(history.reading, { complete: true, time: 10_000, read: merged.length });
  const seen = [...history.liveAt()].map((block) => [
    history.address.raw[block],
    history.size.raw[block],
    history.thread.raw[block],
    history.framesOf(history.stack.raw[block]).join(),
  ]);
  assert.deepEqual(
    seen.sort((a, b) => a[0] - b[0]),
    [
      [2048, 100, 2, 'two,main'],
      [4096, 50, 1, 'one,main'],
    ],
  );
  const calls = [];
  readCapture(merged, {
    block: (kind, time) => calls.push([time, kind]),
    free: (time) => calls.push([time, EVENT.free]),
    mark: (time, text) => calls.push([time, text]),
    other: (kind, time) => calls.push([time, kind]),
  });
  assert.deepEqual(calls, [
    [10, EVENT.malloc],
    [1010, EVENT.free],
    [1020, EVENT.alignedAlloc],
    [5000, EVENT.malloc],
    [6000, EVENT.realloc], // at the same moment the first capture's come first
    [6000, 'here'],
    [6001, EVENT.refused],
  ]);
});

test('what a heap says of itself is merged too', () => {
  const walked = { pools: [[1024, 2048]], blocks: [{ ptr: 1040, size: 28, state: 'used' }] };
  const one = captureAt(1000, 1, (writer) => {
    writer.memory(10, 131072);
    writer.figures(20, 65536, 4096);
    writer.walk(30, walked);
    writer.reset(40);
    writer.totals(50, 3, 300);
  });
  const seen = [];
  const merged = merge([one, captureAt(1000, 2, (writer) => writer.mark(5, 'here'))]);
  readCapture(merged, {
    mark: (time, text) => seen.push([time, text]),
    walk: (time, walk) => seen.push([time, walk]),
    other: (kind, time, a, b) => seen.push(kind === EVENT.memory ? [time, kind, a] : [time, kind, a, b]),
  });
  const [mark, memory, figures, walk, reset, totals] = seen;
  assert.deepEqual(mark, [5, 'here']);
  assert.deepEqual(memory, [10, EVENT.memory, 131072]);
  assert.deepEqual(figures, [20, EVENT.figures, 65536, 4096]);
  assert.equal(walk[0], 30);
  assert.deepEqual(walk[1].pools, walked.pools);
  assert.deepEqual(walk[1].blocks, walked.blocks);
  assert.deepEqual(reset.slice(0, 2), [40, EVENT.reset]);
  assert.deepEqual(totals, [50, EVENT.totals, 3, 300]);
  assert.equal(seen.length, 6);
});

test('what cannot be merged is said', () => {
  const write = () => {};
  assert.throws(() => merge([]), /^TypeError: captures: /);
  assert.throws(() => merge([new Uint8Array(3)]), { name: 'CaptureError' });
  assert.throws(() => merge([captureAt(1, 0, write), captureAt(undefined, 0, write)]), /captures\[1\]/);
  const sample = captureAt(1, 0, write, { sampling: { bytes: 10 } });
  assert.throws(() => merge([sample, captureAt(1, 0, write)]), /samples/);
});

test('a capture says to a part of a millisecond when it began', () => {
  let about;
  const before = performance.timeOrigin + performance.now();
  readCapture(record(Heap.create()).stop(), { about: (what) => (about = what) });
  assert.ok(about.began >= before && about.began <= performance.timeOrigin + performance.now());
});

test('a module or program with 64-bit addresses is refused, and told why', () => {
  const { env } = recordImports(() => undefined);
  const call = /** @type {any} */ (env.heaplet_trace);
  assert.throws(() => call(0, 1024n, 10n, 0n, 10n), /TypeError: heaplet_trace: .* 64-bit addresses/);
});

test('what a thread of a shared heap keeps is cached, in its whole size', { skip: noSharedMemory }, () => {
  const heap = Heap.create({ shared: true, maximum: 1 << 22 });
  const other = Heap.attach(heap.share()); // as on another thread
  const ptrs = Array.from({ length: 20 }, () => other.malloc(100));
  for (const ptr of ptrs) other.free(ptr);
  const kept = heap.blocks().filter(({ state }) => state === 'kept');
  assert.ok(kept.length > 0);
  let walked;
  readCapture(record(heap).stop(), { walk: (_, { blocks }) => (walked = blocks) });
  const of = ({ ptr }) => walked.find((block) => block.ptr === ptr);
  for (const block of kept) assert.deepEqual(of(block), { ...block, state: 'cached' });
});

test('an alignment that no address has is no event, and its exporters end', () => {
  const parts = [];
  const writer = new CaptureWriter((part) => parts.push(part), {});
  writer.allocated(EVENT.malloc, 0, 1024, 40, 48, 0);
  writer.allocated(EVENT.alignedAlloc, 1, 2048, 40, 48, 0, 2 ** 60);
  writer.end(2);
  const bytes = new Uint8Array(parts.flatMap((part) => [...part]));
  const history = new History(bytes);
  assert.match(`${history.reading.error}`, /an alignment is too large/);
  assert.equal(history.liveAt().length, 1);
  assert.ok(toTrace(bytes).length < 100);
});
