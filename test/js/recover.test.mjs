// Threads that end inside of a call: the lock is marked as broken, `recover` takes it over, and all go on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { random } from './support.mjs';
import { noThreads, Thread } from './threads.mjs';

const MiB = 1 << 20;
const create = (options) => Heap.create({ shared: true, maximum: 256 * MiB, ...options });
const skip = (() => {
  try {
    create();
    return noThreads;
  } catch (error) {
    return `no shared memory here: ${error.message}`;
  }
})();
const alone = skip && skip !== noThreads ? { skip } : {};
const together = skip ? { skip } : { timeout: 120_000 };

const held = { name: 'Error', message: /^heap: its lock was held for (1000|10000) ms/ };
const lockOf = (heap) => new Int32Array(heap.memory.buffer, heap.base, 4);
const NOBODY = 12345; // a thread that is long gone

/** Calls a function while the clock runs a hundred times as fast; @returns how often it was looked at */
function hurried(fn) {
  const { now } = performance;
  let looks = 0;
  performance.now = () => {
    looks++;
    return now.call(performance) * 100;
  };
  try {
    fn();
  } finally {
    performance.now = now;
  }
  return looks;
}

/** Takes the lock as a thread that ends then. */
const holdForEver = (heap, thread = NOBODY) => Atomics.store(lockOf(heap), 1, thread << 2);

test('after the first wait in vain each call of each thread fails at once, until recover', alone, () => {
  const heap = create();
  const other = Heap.attach(heap.share());
  const handle = heap.cstring('kept');
  holdForEver(heap);
  const first = hurried(() => assert.throws(() => heap.malloc(1), held));
  assert.ok(first > 20, 'it has waited');
  const calls = [
    () => heap.malloc(1),
    () => other.malloc(1),
    () => other.free(handle.ptr),
    () => heap.stats(),
    () => other.snapshot(),
  ];
  for (const call of calls) {
    const looks = hurried(() => assert.throws(call, held));
    assert.ok(looks < 10, `the clock was looked at ${looks} times`);
  }
  assert.equal(other.recover(), undefined, 'nothing was broken');
  assert.equal(heap.readCString(handle.ptr), 'kept');
  for (const one of [heap, other]) one.free(one.malloc(1000));
  assert.ok(heap.check());
  assert.equal(lockOf(heap)[1], 0);
});

test('recover waits first, if nobody has', alone, () => {
  const heap = create();
  holdForEver(heap);
  const looks = hurried(() => heap.recover());
  assert.ok(looks > 20, 'the holder might have lived');
  assert.ok(heap.malloc(1) && heap.check());
});

test('recover of a thread that is known to have ended does not wait', alone, () => {
  const heap = create();
  const other = Heap.attach(heap.share());
  assert.ok(heap.thread > 0 && heap.thread !== other.thread);
  holdForEver(heap);
  // Of another one nothing but what it has kept is to be given back: that is tried for a while, and leaves no trace.
  hurried(() => assert.equal(heap.recover(NOBODY + 1), undefined));
  assert.deepEqual([...lockOf(heap)].slice(1, 3), [NOBODY << 2, 0], 'another one holds it, and may live');
  const looks = hurried(() => heap.recover(NOBODY));
  assert.ok(looks < 10, `the clock was looked at ${looks} times`);
  assert.ok(other.malloc(1) && heap.check());
  assert.equal(heap.recover(NOBODY), undefined, 'again it does nothing');
  for (const bad of [-1, 1.5, 2 ** 32]) {
    assert.throws(() => heap.recover(bad), { name: 'RangeError', message: /^thread: expected/ });
  }
  for (const bad of ['1', null, {}, 1n]) {
    assert.throws(() => heap.recover(bad), { name: 'TypeError', message: /^thread: expected/ });
  }
});

/** Calls a function while a heap is in the middle of a call, and holds the lock: when a snapshot copies its first bytes. */
function within(heap, fn) {
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
  const { set } = typedArray;
  let called = false;
  typedArray.set = function (...values) {
    typedArray.set = set;
    called = true;
    fn();
    return this.set(...values);
  };
  try {
    heap.snapshot();
  } finally {
    typedArray.set = set;
  }
  assert.ok(called);
}

test('who was only slow heals the lock', alone, () => {
  const heap = create();
  const slow = Heap.attach(heap.share());
  within(slow, () => {
    hurried(() => assert.throws(() => heap.malloc(1), held));
    assert.throws(() => heap.malloc(1), held);
  });
  assert.ok(heap.malloc(1) && slow.malloc(1) && heap.check());
});

test('from whom the lock was taken over gives back no lock of another', alone, () => {
  const heap = create();
  const slow = Heap.attach(heap.share());
  within(slow, () => {
    heap.recover(slow.thread);
    holdForEver(heap);
  });
  assert.equal(lockOf(heap)[1], NOBODY << 2);
});

for (const profile of ['fast', 'hardened']) {
  /** Used, cached and free blocks, and what the used ones hold. */
  const busy = (options) => {
    const heap = Heap.create({ profile, maximum: 64 * MiB, ...options });
    const pick = random(31);
    const live = [];
    for (let i = 0; i < 400; i++) {
      const size = pick(pick(10) ? 300 : 9000);
      live.push({ ptr: heap.malloc(size), size, value: i & 255 });
      heap.adopt(Uint8Array, live.at(-1).ptr, size).view.fill(i & 255);
      if (pick(2)) heap.free(live.splice(pick(live.length), 1)[0].ptr);
    }
    return { heap, live };
  };
  const intact = ({ heap, live }) => {
    assert.ok(heap.check());
    const used = heap.blocks().filter(({ state }) => state === 'used');
    assert.deepEqual(
      used.map(({ ptr }) => ptr),
      live.map(({ ptr }) => ptr).sort((a, b) => a - b),
    );
    for (const { ptr, size, value } of live)
      assert.ok(heap.adopt(Uint8Array, ptr, size).view.every((byte) => byte === value));
  };

  for (const shared of [false, true]) {
    const where = shared ? alone : {};
    test(`${profile}: ${shared ? 'a shared' : 'a'} heap with broken lists is repaired`, where, () => {
      const { heap, live } = busy({ shared });
      heap.memory.grow(1); // somebody else's
      const far = { ptr: heap.malloc(MiB), size: MiB, value: 1 };
      heap.adopt(Uint8Array, far.ptr, MiB).view.fill(1);
      live.push(far);
      assert.equal(heap.stats().pools, 2);
      const { freeBytes, usedBytes } = heap.stats();
      // Behind the quick lists, the quarantine and the guards' secret.
      const lists = profile === 'hardened' ? 424 : 69;
      const state = () => new Uint32Array(heap.memory.buffer, heap.base + 512 + lists * 4, 600);
      for (const at of [0, 5, 100, 300]) {
        if (shared) holdForEver(heap);
        // Between the quick lists, three words of the wilderness, and the last words: bitmaps and list heads.
        state()[at] ^= 0x10;
        assert.match(heap.recover(shared ? NOBODY : undefined), /^heap: .* \(at \d+\)$/);
        intact({ heap, live });
        assert.equal(heap.stats().usedBytes, usedBytes);
        assert.equal(heap.stats().freeBytes, freeBytes);
      }
      // A cached block's link that leads to itself, and a mark of a walk that was ended.
      heap.free(heap.malloc(40));
      const cached = heap.blocks().find((block) => block.state === 'cached');
      const words = new Uint32Array(heap.memory.buffer);
      words[cached.ptr / 4] = cached.ptr;
      words[cached.ptr / 4 - 1] |= 1;
      if (shared) holdForEver(heap);
      assert.match(heap.recover(shared ? NOBODY : undefined), /^heap: /);
      assert.ok(heap.check());
      for (const { ptr } of live) heap.free(ptr);
      assert.ok(heap.malloc(MiB) && heap.check());
    });
  }

  test(`${profile}: what cannot be repaired is refused, and so is each call after that`, alone, () => {
    const { heap, live } = busy({ shared: true });
    const words = new Uint32Array(heap.memory.buffer);
    const header = live[5].ptr / 4 - 1;
    const before = words[header];
    holdForEver(heap);
    words[header] = 3;
    const broken = { name: 'Error', message: /^heap: beyond repair: heap: .*\(at \d+\)$/ };
    assert.throws(() => heap.recover(NOBODY), broken);
    assert.throws(() => heap.malloc(2000), held);
    assert.throws(() => heap.recover(), broken);
    words[header] = before;
    heap.recover();
    intact({ heap, live });
  });
}

test('a heap that was being restored is not taken for a heap', alone, () => {
  const heap = create();
  const text = heap.cstring('text');
  heap.malloc(100_000);
  const snapshot = heap.snapshot();
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
  const { set } = typedArray;
  const moments = [];
  typedArray.set = function (...values) {
    set.apply(this, values);
    moments.push(new Uint8Array(heap.memory.buffer).slice());
  };
  try {
    heap.restore(snapshot);
  } finally {
    typedArray.set = set;
  }
  assert.ok(moments.length > 1);
  // All but the last ones, when everything is there.
  new Uint8Array(heap.memory.buffer).set(moments[0]);
  holdForEver(heap);
  assert.throws(() => heap.recover(NOBODY), { name: 'Error', message: /^heap: beyond repair: / });
  assert.throws(() => heap.malloc(1), held);
  new Uint8Array(heap.memory.buffer).set(moments.at(-1));
  holdForEver(heap);
  assert.equal(heap.recover(NOBODY), undefined);
  assert.equal(heap.readCString(text.ptr), 'text');
});

test('a heap that is not shared has no lock, and is repaired all the same', () => {
  const heap = Heap.create();
  assert.equal(heap.thread, undefined);
  assert.equal(heap.recover(), undefined);
  assert.throws(() => Heap.fromModule(heap.imports().env).recover(), {
    name: 'TypeError',
    message: /^recover: /,
  });
});

test('a worker that ends with the lock: its host says so, and the others go on', together, async () => {
  const heap = create();
  const message = heap.share();
  const [dead, alive] = [new Thread('heap.mjs'), new Thread('heap.mjs')];
  try {
    for (const one of [dead, alive]) await one.ask({ task: 'attach', message });
    const thread = await dead.ask({ task: 'thread' });
    const ptr = await dead.ask({ task: 'write', text: 'kept' });
    await dead.ask({ task: 'hold', message });
    await dead.terminate();
    const waiting = alive.ask({ task: 'write', text: 'waited' });
    heap.recover(thread);
    assert.equal(heap.readCString(await waiting), 'waited');
    assert.equal(heap.readCString(ptr), 'kept');
    assert.ok(heap.check());
  } finally {
    await Promise.all([dead.terminate(), alive.terminate()]);
  }
});

/**
 * Browsers, Deno and Bun do not say when a worker has ended, and it may go on for a while: it has, when the heap's lock and state stay as
 * they are for longer than a busy machine keeps a thread waiting.
 */
async function standstill(heap) {
  if (typeof Worker === 'undefined') return true; // Node does
  const now = () => `${lockOf(heap)} ${new Uint32Array(heap.memory.buffer, heap.base + 512, 600)}`;
  const end = performance.now() + 8000;
  for (let before = '', same = 0; same < 40; ) {
    const state = now();
    same = state === before ? same + 1 : 0;
    before = state;
    if (performance.now() > end) return false;
    await new Promise((done) => setTimeout(done, 10));
  }
  return true;
}

test('workers that are terminated at any moment, some of them inside of a call', together, async (t) => {
  const heap = create();
  const message = heap.share();
  const kept = Array.from({ length: 100 }, (_, i) => heap.cstring(`block ${i}`));
  const pick = random(77);
  let deaths = 0;
  for (let i = 0; i < 30 && deaths < 3; i++) {
    const worker = new Thread('heap.mjs');
    await worker.ask({ task: 'attach', message });
    const thread = await worker.ask({ task: 'churn', seed: i });
    await new Promise((done) => setTimeout(done, pick(8)));
    await worker.terminate();
    if (!(await standstill(heap))) return t.skip('here a worker that is terminated goes on');
    if (lockOf(heap)[1] >> 2 === thread) deaths++;
    try {
      heap.recover(thread);
    } catch (error) {
      // Of a few of a call's many stores nothing but their error can be said: then no call may succeed.
      assert.match(error.message, /^heap: beyond repair: /);
      assert.throws(() => heap.malloc(1), held);
      return;
    }
    assert.ok(heap.check());
    kept.forEach((handle, i) => {
      assert.equal(heap.readCString(handle.ptr), `block ${i}`);
    });
    heap.free(heap.malloc(1000));
  }
  t.diagnostic?.(`${deaths} of them held the lock`);
  for (const handle of kept) handle.free();
  assert.ok(heap.check());
});
