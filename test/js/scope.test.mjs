// What scopes, marks, arenas and snapshots leave behind when they are over: nothing; and scopes that run at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { collector, longest } from './garbage.mjs';
import { random } from './support.mjs';

const used = (heap) => heap.stats().usedBlocks;
const ROUNDS = 150_000;

for (const [what, round] of [
  ['scopes of an arena', (arena) => arena.scope((inner) => inner.alloc(Uint8Array, 10))],
  [
    'scopes that throw',
    (arena) => {
      try {
        arena.scope((inner) => {
          inner.utf8('x');
          throw new Error('mine');
        });
      } catch {}
    },
  ],
  [
    'marks',
    (arena) => {
      const mark = arena.mark();
      arena.alloc(Uint8Array, 10);
      mark.rewind();
    },
  ],
  ['marks of which nobody makes use', (arena) => arena.mark()],
  [
    'resets',
    (arena) => {
      arena.alloc(Uint8Array, 10);
      arena.reset();
    },
  ],
]) {
  test(`${ROUNDS} ${what} keep nothing`, async () => {
    const heap = Heap.create();
    const arena = heap.arena();
    const kept = arena.utf8('kept');
    const blocks = used(heap);
    const length = await longest(() => {
      for (let i = 0; i < ROUNDS; i++) round(arena);
    });
    assert.ok(length < 100, `a list of ${length}`);
    assert.equal(used(heap), blocks);
    if (what !== 'resets') assert.equal(heap.readUtf8(kept.ptr, 4), 'kept');
    arena.free();
    assert.equal(used(heap), 0);
  });
}

test('a scope calls the heap as often, however many there were before', () => {
  const module = { ...Heap.create().imports().env };
  const { malloc, free } = module;
  let calls = 0;
  module.malloc = (size) => {
    calls++;
    return malloc(size);
  };
  module.free = (ptr) => {
    calls++;
    free(ptr);
  };
  const arena = Heap.fromModule(module).arena();
  arena.utf8('kept');
  const callsOf = (count) => {
    const before = calls;
    for (let i = 0; i < count; i++) arena.scope((inner) => inner.alloc(Uint8Array, 10));
    return (calls - before) / count;
  };
  assert.equal(callsOf(10), 2);
  callsOf(10_000);
  assert.equal(callsOf(10), 2);
});

test('scopes of a heap, and snapshots, keep nothing', async (t) => {
  const collect = await collector();
  if (!collect) return t.skip('no way to collect garbage');
  const heap = Heap.create();
  const length = await longest(async () => {
    for (let i = 0; i < 30_000; i++) heap.scope((arena) => arena.utf8('x'));
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 100; i++) heap.snapshot();
      collect();
      await new Promise((done) => setTimeout(done, 1));
    }
  });
  assert.ok(length < 1000, `a list of ${length}`);
});

test('arenas that are forgotten are not kept', async (t) => {
  const collect = await collector();
  if (!collect) return t.skip('no way to collect garbage');
  const heap = Heap.create();
  const arenas = 10_000;
  const length = await longest(async () => {
    for (let i = 0; i < arenas; i++) {
      heap.arena({ chunkSize: 256 }).alloc(Uint8Array, 10);
      if (i % 500 > 0) continue;
      collect();
      await new Promise((done) => setTimeout(done, 1));
    }
  });
  assert.ok(length < arenas / 2, `a list of ${length}`);
  assert.equal(used(heap), arenas, 'nothing is freed behind the back');
});

test('handles of an arena that is forgotten end when an older state comes back', async () => {
  const heap = Heap.create();
  const collect = (await collector()) ?? (() => {});
  const snapshot = heap.snapshot();
  // More than are held for a while whatever happens.
  const handles = Array.from({ length: 500 }, () => heap.arena({ chunkSize: 256 }).alloc(Uint8Array, 1));
  collect();
  await new Promise((done) => setTimeout(done, 1));
  handles.push(...Array.from({ length: 500 }, () => heap.arena({ chunkSize: 256 }).alloc(Uint8Array, 1)));
  heap.restore(snapshot);
  for (const handle of handles) assert.throws(() => handle.view, ReferenceError);
});

test('what was made after an older snapshot came back ends with a newer one', () => {
  const heap = Heap.create();
  const first = heap.snapshot();
  const between = heap.alloc(Uint8Array, 10);
  const second = heap.snapshot();
  heap.restore(first);
  assert.throws(() => between.view, ReferenceError);
  const later = heap.alloc(Uint8Array, 10);
  heap.restore(second);
  assert.throws(() => later.view, ReferenceError);
  assert.equal(used(heap), 1);
});

test('marks set at the same place go back to it, each as often as it likes', () => {
  const arena = Heap.create().arena();
  const before = arena.utf8('before');
  const [a, b] = [arena.mark(), arena.mark()];
  const empty = arena.alloc(Uint8Array, 0);
  const c = arena.mark();
  const last = arena.utf8('last');
  c.rewind();
  assert.throws(() => last.ptr, ReferenceError);
  assert.ok(empty.ptr, 'takes no room, and is from before the mark all the same');
  b.rewind();
  assert.throws(() => empty.ptr, ReferenceError);
  assert.throws(() => c.rewind(), { name: 'ReferenceError', message: /^mark: / });
  for (const mark of [a, b, b, a]) {
    const handle = arena.utf8('again');
    mark.rewind();
    assert.throws(() => handle.ptr, ReferenceError);
  }
  assert.ok(before.ptr);
});

/** A promise and what settles it. */
function deferred() {
  let settle;
  const promise = new Promise((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

test('two scopes of an arena that run at once: each releases what it has taken', async () => {
  const heap = Heap.create();
  const arena = heap.arena();
  for (const firstEnds of [0, 1]) {
    const scopes = [deferred(), deferred()];
    const handles = [[], []];
    const inners = [];
    const running = scopes.map(({ promise }, i) =>
      arena.scope(async (inner) => {
        inners[i] = inner;
        handles[i].push(inner.cstring(`early ${i}`));
        await promise;
        return i;
      }),
    );
    // Now one, now the other.
    for (let round = 0; round < 20; round++)
      for (const i of [0, 1]) handles[i].push(inners[i].alloc(Uint8Array, 700));
    const outside = arena.utf8('outside');
    const mark = arena.mark();
    mark.rewind();
    const blocks = used(heap);
    const last = 1 - firstEnds;
    scopes[firstEnds].settle();
    assert.equal(await running[firstEnds], firstEnds);
    for (const handle of handles[firstEnds]) assert.throws(() => handle.view, ReferenceError);
    assert.throws(() => inners[firstEnds].alloc(Uint8Array, 1), ReferenceError);
    assert.ok(used(heap) < blocks, 'its memory comes back at once');
    for (const handle of handles[last]) handle.view.fill(1);
    assert.ok(inners[last].utf8('goes on').ptr);
    assert.equal(heap.readUtf8(outside.ptr, 7), 'outside');
    scopes[last].settle();
    await running[last];
    for (const handle of handles[last]) assert.throws(() => handle.view, ReferenceError);
    assert.equal(heap.readUtf8(outside.ptr, 7), 'outside');
    assert.equal(used(heap), 1);
    arena.reset();
  }
  arena.free();
  assert.equal(used(heap), 0);
});

test('a random history of scopes that overlap: what is in use stays, the rest comes back', async () => {
  const heap = Heap.create();
  const pick = random(11);
  const arena = heap.arena({ chunkSize: 1024 });
  const open = [];
  const outer = [];
  const sound = (handles) => {
    for (const { handle, value } of handles) assert.ok(handle.view.every((byte) => byte === value));
  };
  for (let i = 0; i < 3000; i++) {
    const what = pick(10);
    if (what === 0 && open.length < 30) {
      const { promise, settle } = deferred();
      const scope = { settle, handles: [] };
      const parent = open.length > 0 && pick(3) === 0 ? open[pick(open.length)] : undefined;
      scope.parent = parent;
      scope.done = (parent?.inner ?? arena).scope((inner) => {
        scope.inner = inner;
        return promise;
      });
      open.push(scope);
    } else if (what === 1 && open.length > 0) {
      const [scope] = open.splice(pick(open.length), 1);
      scope.settle();
      await scope.done;
      const ends = new Set([scope]);
      for (const other of open) if (ends.has(other.parent)) ends.add(other);
      for (const one of ends)
        for (const { handle } of one.handles) assert.throws(() => handle.ptr, ReferenceError);
      for (const one of ends) if (open.includes(one)) open.splice(open.indexOf(one), 1);
    } else {
      const scope = open[pick(open.length + 1)];
      const handle = (scope?.inner ?? arena).alloc(Uint8Array, pick(pick(30) === 0 ? 4000 : 100));
      handle.view.fill(i & 255);
      (scope?.handles ?? outer).push({ handle, value: i & 255 });
    }
    if (i % 100 === 0) {
      sound(outer);
      for (const { handles } of open) sound(handles);
      assert.ok(heap.check());
    }
  }
  arena.free();
  for (const { handles, inner } of open) {
    for (const { handle } of handles) assert.throws(() => handle.ptr, ReferenceError);
    assert.throws(() => inner.utf8('x'), { name: 'ReferenceError', message: /^arena: / });
  }
  assert.equal(used(heap), 0);
  for (const { settle, done } of open) {
    settle();
    await done;
  }
  assert.equal(used(heap), 0);
});

test('a scope ends with its arena, and with a mark from before it; one from after it leaves it alone', async () => {
  const heap = Heap.create();
  for (const [end, ends] of [
    [({ arena }) => arena.free(), true],
    [({ arena }) => arena.reset(), true],
    [({ before }) => before.rewind(), true],
    [({ after }) => after.rewind(), false],
  ]) {
    const arena = heap.arena();
    arena.utf8('x');
    const before = arena.mark();
    const { promise, settle } = deferred();
    let handle;
    const done = arena.scope((inner) => {
      handle = inner.utf8('scope');
      return promise;
    });
    const after = arena.mark();
    end({ arena, before, after });
    if (ends) assert.throws(() => handle.view, ReferenceError);
    else assert.equal(heap.readUtf8(handle.ptr, 5), 'scope');
    settle('value');
    assert.equal(await done, 'value');
    assert.throws(() => handle.view, ReferenceError);
    arena.free();
    assert.equal(used(heap), 0);
  }
});

test('scopes inside of scopes take little: their chunks are small', () => {
  const heap = Heap.create();
  const depth = (arena, n) =>
    arena.scope((inner) => {
      inner.alloc(Uint8Array, 100);
      return n === 0 ? heap.stats().usedBytes : depth(inner, n - 1);
    });
  assert.ok(depth(heap.arena(), 100) < 100 * 1024);
});
