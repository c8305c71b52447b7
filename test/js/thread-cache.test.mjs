// What each thread of a shared heap keeps for itself: taken and freed without the lock, seen by all, lost by nobody.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import 'heaplet/hardened';
import { collector } from './garbage.mjs';
import { noSharedMemory, PAGE, random } from './support.mjs';
import { noThreads, Thread } from './threads.mjs';

const MiB = 1 << 20;
const create = (options) => Heap.create({ shared: true, maximum: 64 * MiB, ...options });
const alone = noSharedMemory ? { skip: noSharedMemory } : {};
const together = noThreads ? { skip: noThreads } : { ...alone, timeout: 120_000 };

/** The most that a thread keeps, of a heap that may grow. */
const KEPT = 128 * 1024;

/**
 * Makes a heap's thread keep blocks.
 * @returns {Set<number>} their addresses, and those of what it has taken besides
 */
function keep(one, count, size = 100) {
  const heap = Heap.attach(one.share());
  const before = keptIn(heap);
  const ptrs = Array.from({ length: count }, () => one.malloc(size));
  for (const ptr of ptrs) one.free(ptr);
  return new Set([...keptIn(heap)].filter((ptr) => !before.has(ptr)));
}

/** Asserts that two sets hold the same. */
const same = (a, b) => assert.deepEqual([...a].sort(), [...b].sort());

/** What other threads keep of a heap. */
function keptIn(heap) {
  const blocks = heap.blocks().filter(({ state }) => state === 'kept');
  return new Set(blocks.map(({ ptr }) => ptr));
}

/** Another thread has the lock for as long as a function runs. */
function withoutLock(heap, fn) {
  const words = new Int32Array(heap.memory.buffer, heap.base, 4);
  Atomics.store(words, 1, 12345 << 2);
  try {
    fn();
  } finally {
    Atomics.store(words, 1, 0);
  }
}

test('what was freed is taken again without the lock, whoever has allocated it', alone, () => {
  const heap = create();
  const other = Heap.attach(heap.share());
  const [a, b, c] = [heap.malloc(100), heap.malloc(100), heap.malloc(40)];
  other.free(heap.malloc(1000)); // each new size is made room for once
  for (const ptr of [a, b, c]) other.free(ptr);
  withoutLock(heap, () => {
    assert.deepEqual([other.malloc(97), other.malloc(108), other.calloc(5, 8)], [b, a, c]);
    other.free(a);
    assert.equal(other.alignedAlloc(16, 100), a);
    assert.equal(other.realloc(a, 108), a);
    for (const ptr of [a, b, c]) other.free(ptr);
  });
  assert.ok(heap.check() && other.check());
  assert.equal(heap.stats().usedBlocks, 0);
});

test('what another thread keeps is free for the statistics, and the thread may give it back', alone, () => {
  const heap = create();
  const other = Heap.attach(heap.share());
  const used = heap.malloc(100);
  const kept = keep(other, 5);
  assert.ok(kept.size >= 5 && kept.size <= 10);
  const { usedBlocks, freeBlocks, keptBlocks, keptBytes, freeBytes, poolBytes } = heap.stats();
  assert.deepEqual([usedBlocks, keptBlocks, keptBytes], [1, kept.size, kept.size * 112]);
  same(keptIn(heap), kept);
  assert.deepEqual(heap.leaks(), [{ ptr: used, size: 108 }]);
  other.flush();
  const after = heap.stats();
  assert.deepEqual([after.usedBlocks, after.keptBlocks, after.keptBytes], [1, 0, 0]);
  assert.equal(after.poolBytes, poolBytes);
  assert.ok(freeBlocks >= kept.size && after.freeBytes === freeBytes);
  assert.ok(heap.check());
});

test('its own are given back before it looks', alone, () => {
  const heap = create();
  keep(heap, 50);
  assert.deepEqual([heap.stats().keptBlocks, heap.stats().usedBlocks], [0, 0]);
  assert.equal(keptIn(heap).size, 0);
});

test('what a thread keeps has a bound', alone, () => {
  const heap = create();
  const other = Heap.attach(heap.share());
  const pick = random(5);
  for (const sizes of [1020, 200, 16, 1020]) {
    const ptrs = Array.from({ length: 5000 }, () => other.malloc(1 + pick(sizes)));
    for (const ptr of ptrs) other.free(ptr);
    const { keptBytes, usedBlocks } = heap.stats();
    assert.ok(keptBytes > 3000 && keptBytes <= KEPT, `${keptBytes} bytes are kept`);
    assert.equal(usedBlocks, 0);
  }
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
  const fixed = Heap.over(memory, { base: 1024, length: 2 * PAGE });
  const there = Heap.attach(fixed.share());
  keep(there, 400, 200);
  keep(there, 100, 500);
  const { keptBytes, poolBytes } = fixed.stats();
  assert.ok(keptBytes > 0 && keptBytes <= poolBytes / 16, `${keptBytes} of ${poolBytes} bytes`);
});

test('no request fails while its thread keeps what would serve it', alone, () => {
  const memory = new WebAssembly.Memory({ initial: 3, maximum: 3, shared: true });
  const heap = Heap.over(memory, { base: 1024, length: 2 * PAGE });
  for (const ask of [
    (size) => heap.malloc(size),
    (size) => heap.alignedAlloc(64, size),
    (size) => heap.calloc(1, size),
  ]) {
    const ptrs = [];
    const out = { name: 'OutOfMemoryError' };
    assert.throws(() => {
      for (;;) ptrs.push(heap.malloc(500));
    }, out);
    assert.ok(ptrs.length > 200);
    ptrs.sort((a, b) => a - b);
    for (const ptr of ptrs.splice(7, 6)) heap.free(ptr); // side by side: 3 KB
    ptrs.push(ask(2800));
    assert.throws(() => ask(2800), out);
    for (const ptr of ptrs) heap.free(ptr);
    assert.equal(heap.stats().usedBlocks, 0);
  }
  assert.ok(heap.check());
});

test('a full heap serves what has just been freed', alone, () => {
  const memory = new WebAssembly.Memory({ initial: 3, maximum: 3, shared: true });
  const heap = Heap.over(memory, { base: 1024, length: 2 * PAGE });
  const ptrs = [];
  assert.throws(() => {
    for (;;) ptrs.push(heap.malloc(100));
  });
  const pick = random(3);
  for (let i = 0; i < 500; i++) {
    const at = pick(ptrs.length);
    heap.free(ptrs[at]);
    ptrs[at] = heap.malloc(100);
  }
  assert.equal(new Set(ptrs).size, ptrs.length);
  assert.ok(heap.check());
});

test('calloc clears what was kept, and realloc knows what fits', alone, () => {
  const heap = create();
  for (let size = 0; size <= 1100; size += 7) {
    const first = heap.malloc(size);
    heap.adopt(Uint8Array, first, heap.usableSize(first)).view.fill(255);
    heap.free(first);
    const zeros = heap.adopt(Uint8Array, heap.calloc(size, 1), size);
    assert.ok(zeros.view.every((byte) => byte === 0));
    zeros.view.fill(7);
    const moved = heap.adopt(Uint8Array, heap.realloc(zeros.ptr, size + 20), size + 20);
    assert.ok(moved.view.subarray(0, size).every((byte) => byte === 7));
    const back = heap.realloc(moved.ptr, size >> 1);
    assert.ok(heap.usableSize(back) >= size >> 1);
    heap.free(back);
  }
  assert.equal(heap.stats().usedBlocks, 0);
});

test('as other modules call it: numbers may be negative, and null is free', alone, () => {
  const heap = create();
  const { malloc, free, calloc, realloc, aligned_alloc } = heap.imports().env;
  assert.equal(malloc(-1), 0);
  assert.equal(calloc(65536, 65537), 0);
  assert.equal(calloc(-1, -1), 0);
  assert.equal(aligned_alloc(3, 10), 0);
  assert.equal(aligned_alloc(0, 10), 0);
  free(0);
  const ptr = realloc(0, 10);
  assert.ok(ptr > 0);
  assert.equal(realloc(ptr, -5), 0);
  free(ptr);
  assert.ok(calloc(0, 5) > 0 && malloc(0) > 0);
  assert.equal(heap.stats().usedBlocks, 2);
});

test('above 2 GiB too', alone, (t) => {
  let heap;
  try {
    heap = Heap.over(new WebAssembly.Memory({ initial: 40_000, maximum: 40_000, shared: true }), {
      base: 39_000 * PAGE,
    });
  } catch (error) {
    return t.skip(`no such memory here: ${error.message}`);
  }
  const other = Heap.attach(heap.share());
  const ptrs = keep(other, 10);
  assert.ok(ptrs.size >= 10 && [...ptrs].every((ptr) => ptr > 2 ** 31));
  assert.equal(heap.stats().keptBlocks, ptrs.size);
  const again = Array.from(ptrs, () => other.malloc(100));
  same(again, ptrs);
});

for (const [what, forget] of [
  ['reset', (heap) => heap.reset()],
  ['restore', (heap, snapshot) => heap.restore(snapshot)],
]) {
  test(`${what}: what other threads kept is free, and they forget it`, alone, () => {
    const heap = create();
    const others = [Heap.attach(heap.share()), Heap.attach(heap.share())];
    const before = keep(others[0], 20);
    const snapshot = heap.snapshot();
    for (const other of others) keep(other, 40);
    forget(heap, snapshot);
    const { usedBlocks, keptBlocks } = heap.stats();
    assert.deepEqual([usedBlocks, keptBlocks], [0, 0]);
    assert.ok(heap.check());
    const ptrs = [heap, ...others].flatMap((one) => Array.from({ length: 60 }, () => one.malloc(100)));
    assert.equal(new Set(ptrs).size, 180, 'nobody has what another one has');
    assert.ok(before.size > 0 && heap.stats().usedBlocks === 180);
  });
}

test('a snapshot holds what a thread keeps as free, in a heap of another memory too', alone, () => {
  const heap = create();
  const other = Heap.attach(heap.share());
  const text = heap.cstring('text');
  const { size } = keep(other, 30, 60);
  const snapshot = heap.snapshot();
  assert.equal(heap.stats().keptBlocks, size, 'and the thread goes on with it');
  const there = create();
  there.restore(snapshot);
  assert.equal(there.readCString(text.ptr), 'text');
  assert.deepEqual([there.stats().usedBlocks, there.stats().keptBlocks], [1, 0]);
  assert.ok(there.check() && heap.check());
  // What a block holds is no mark, whatever it is.
  const copy = heap.from(new Uint32Array(new Uint8Array(heap.memory.buffer).slice(0, PAGE).buffer));
  assert.equal(heap.stats().keptBlocks, size);
  copy.free();
});

test('recover gives back what a thread kept that has ended', alone, () => {
  const heap = create();
  const [dead, alive] = [Heap.attach(heap.share()), Heap.attach(heap.share())];
  const used = dead.malloc(100);
  const lost = keep(dead, 25);
  const mine = keep(alive, 10);
  assert.equal(heap.stats().keptBlocks, lost.size + mine.size);
  assert.equal(heap.recover(dead.thread), undefined);
  assert.deepEqual([heap.stats().keptBlocks, heap.stats().usedBlocks], [mine.size, 1]);
  const again = Array.from(mine, () => alive.malloc(100));
  same(again, mine);
  assert.ok(heap.check() && used);
});

test('recover: also while another one that has ended holds the lock', alone, () => {
  const heap = create();
  const [first, second] = [Heap.attach(heap.share()), Heap.attach(heap.share())];
  for (const one of [first, second]) keep(one, 20);
  const words = new Int32Array(heap.memory.buffer, heap.base, 4);
  Atomics.store(words, 1, second.thread << 2);
  heap.recover(first.thread); // not yet
  assert.equal(Atomics.load(words, 1), second.thread << 2);
  heap.recover(second.thread);
  assert.deepEqual([heap.stats().keptBlocks, heap.stats().usedBlocks], [0, 0]);
});

test('the profile hardened, and a heap that is debugged, keep nothing', alone, () => {
  for (const options of [{ profile: 'hardened' }, { debug: true }]) {
    const heap = create(options);
    const other = options.debug ? heap : Heap.attach(heap.share());
    other.free(other.malloc(100));
    assert.equal(heap.stats().keptBlocks, 0);
    withoutLock(heap, () => {
      const { now } = performance;
      performance.now = () => now.call(performance) * 1000;
      try {
        assert.throws(() => other.malloc(100), /^Error: heap: its lock/);
      } finally {
        performance.now = now;
      }
    });
  }
});

test('who lets a heap go, or forgets it, gives back what it kept', alone, async (t) => {
  const heap = create();
  const message = heap.share();
  const closing = Heap.attach(message);
  assert.equal(keep(closing, 10).size, heap.stats().keptBlocks);
  closing[Symbol.dispose ?? Object.getOwnPropertySymbols(Object.getPrototypeOf(closing))[0]]();
  assert.equal(heap.stats().keptBlocks, 0);
  const collect = await collector();
  if (!collect) return t.skip('nobody can ask for a collection here');
  (() => {
    for (let i = 0; i < 20; i++) keep(Heap.attach(message), 10);
  })();
  const many = heap.stats().keptBlocks;
  assert.ok(many >= 200);
  for (let i = 0; i < 50 && heap.stats().keptBlocks > 0; i++) {
    collect();
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.ok(heap.stats().keptBlocks <= many / 10, `${heap.stats().keptBlocks} blocks`);
  assert.ok(heap.check());
});

test(
  'a heap that is forgotten waits for no lock, and gives back what it kept when that is free',
  alone,
  async (t) => {
    const collect = await collector();
    if (!collect) return t.skip('nobody can ask for a collection here');
    const heap = create();
    (() => {
      for (let i = 0; i < 20; i++) keep(Heap.attach(heap.share()), 10);
    })();
    const many = heap.stats().keptBlocks;
    const moment = () => new Promise((done) => setTimeout(done, 5));
    const words = new Int32Array(heap.memory.buffer, heap.base, 4);
    Atomics.store(words, 1, 12345 << 2);
    const { now } = performance;
    let looks = 0;
    performance.now = () => {
      looks++;
      return now.call(performance) * 1000; // a wait would end soon
    };
    try {
      for (let i = 0; i < 10; i++) {
        collect();
        await moment();
      }
    } finally {
      performance.now = now;
      Atomics.store(words, 1, 0);
    }
    assert.equal(looks, 0, 'who waits looks at the clock');
    for (let i = 0; i < 200 && heap.stats().keptBlocks > many / 10; i++) {
      collect();
      await moment();
    }
    assert.ok(heap.stats().keptBlocks <= many / 10, `${heap.stats().keptBlocks} of ${many} blocks`);
  },
);

test('nothing is handed out twice, whatever three threads do in turns', alone, () => {
  for (let seed = 0; seed < 4; seed++) {
    const pick = random(seed);
    const heap = create({ maximum: 8 * MiB });
    const all = [heap, Heap.attach(heap.share()), Heap.attach(heap.share())];
    const live = [];
    let saved;
    const fill = ({ ptr, size, value }) => new Uint8Array(heap.memory.buffer, ptr, size).fill(value);
    const verify = ({ ptr, size, value }) =>
      assert.ok(new Uint8Array(heap.memory.buffer, ptr, size).every((byte) => byte === value));
    for (let i = 0; i < 6000; i++) {
      const one = all[pick(3)];
      const size = pick([20, 300, 1100, 9000][pick(4)]);
      const action = pick(40);
      const seldom = pick(400);
      if (action < 18) {
        const block = {
          ptr: action < 3 ? one.alignedAlloc(64, size) : one.malloc(size),
          size,
          value: i & 255,
        };
        fill(block);
        live.push(block);
      } else if (action < 34 && live.length > 0) {
        const [block] = live.splice(pick(live.length), 1);
        verify(block);
        one.free(block.ptr);
      } else if (action < 38 && live.length > 0) {
        const block = live[pick(live.length)];
        verify(block);
        block.ptr = one.realloc(block.ptr, size);
        assert.ok(
          new Uint8Array(heap.memory.buffer, block.ptr, Math.min(size, block.size)).every(
            (byte) => byte === block.value,
          ),
        );
        Object.assign(block, { size, value: i & 255 });
        fill(block);
      } else if (seldom < 40) one.flush();
      else if (seldom < 60) {
        saved = [one.snapshot(), live.map((block) => ({ ...block }))];
      } else if (seldom < 80 && saved) {
        one.restore(saved[0]);
        live.splice(0, live.length, ...saved[1].map((block) => ({ ...block })));
      } else if (seldom > 394) {
        one.reset();
        live.length = 0;
        saved = undefined;
      }
      if (i % 500 === 0) {
        assert.ok(one.check());
        assert.equal(one.stats().usedBlocks, live.length);
      }
    }
    live.forEach(verify);
    for (const { ptr } of live) all[pick(3)].free(ptr);
    assert.equal(heap.stats().usedBlocks, 0);
    assert.ok(heap.check());
  }
});

for (const profile of ['fast', 'hardened']) {
  test(`${profile}: the stack of the wasm ends above the words at a heap's base`, alone, () => {
    const heap = create({ profile });
    const low = new Uint8Array(heap.memory.buffer, heap.base + 68, 512 - 68);
    low.fill(0xa5);
    const pick = random(9);
    const ptrs = [];
    for (let i = 0; i < 3000; i++) {
      if (pick(3))
        ptrs.push(
          pick(9) ? heap.malloc(pick(pick(9) ? 500 : 90_000)) : heap.alignedAlloc(1 << pick(13), pick(5000)),
        );
      else heap.free(ptrs.splice(pick(ptrs.length), 1)[0] ?? 0);
      if (ptrs.length > 0) ptrs[0] = heap.realloc(ptrs[0], pick(3000));
      if (i % 700 === 0) heap.memory.grow(1); // somebody else's
    }
    heap.restore(heap.snapshot());
    heap.stats();
    heap.check();
    heap.recover();
    heap.reset();
    const used = low.length - low.findIndex((byte) => byte !== 0xa5);
    assert.ok(used > 0 && used <= 384, `${used} bytes`);
  });
}

test('threads that take and free each other’s blocks, and end at any moment', together, async (t) => {
  const heap = create();
  const message = heap.share();
  const kept = Array.from({ length: 50 }, (_, i) => heap.cstring(`block ${i}`));
  const alive = new Thread('heap.mjs');
  await alive.ask({ task: 'attach', message });
  let most = 0;
  try {
    for (let i = 0; i < 12; i++) {
      const thread = new Thread('heap.mjs');
      await thread.ask({ task: 'attach', message });
      const number = await thread.ask({ task: 'churn', seed: i, small: true });
      await new Promise((done) => setTimeout(done, 3 + (i % 5)));
      await thread.terminate();
      // Elsewhere a worker may go on for a while, and then it is not one that has ended.
      if (typeof Worker !== 'undefined') return t.skip('nobody knows here when a worker has ended');
      most = Math.max(
        most,
        new Int32Array(message.memory.buffer, message.base, 2)[1] >> 2 === number
          ? 0
          : heap.stats().keptBytes,
      );
      heap.recover(number);
      assert.equal(heap.stats().keptBlocks, 0);
      // What it had taken, and what it was about to take or give back.
      assert.ok(heap.stats().usedBlocks <= kept.length + (i + 1) * 80, `${heap.stats().usedBlocks} blocks`);
      assert.ok(heap.check());
    }
    assert.ok(most > 0 && most <= KEPT, `${most} bytes were kept`);
    kept.forEach((handle, i) => {
      assert.equal(heap.readCString(handle.ptr), `block ${i}`);
    });
    assert.equal(await alive.ask({ task: 'read', ptr: await alive.ask({ task: 'write', text: 'x' }) }), 'x');
  } finally {
    await alive.terminate();
  }
});
