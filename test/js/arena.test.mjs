// Arenas: bump allocation, strings and copies, release at once; and heap.scope.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap, OutOfMemoryError } from 'heaplet';
import { BAD_NUMBERS, bumpModule, GiB, PAGE, random, refuses, TYPES } from './support.mjs';

const text = (handle) => new TextDecoder().decode(handle.view);

/** A heap whose malloc and free are counted. */
function counted() {
  const module = { ...Heap.create().imports().env, calls: 0, live: new Set() };
  const { malloc, free } = module;
  module.malloc = (size) => {
    module.calls++;
    const ptr = malloc(size);
    module.live.add(ptr >>> 0);
    return ptr;
  };
  module.free = (ptr) => {
    module.calls++;
    assert.ok(ptr === 0 || module.live.delete(ptr >>> 0), 'freed once, and only what was allocated');
    free(ptr);
  };
  return { heap: Heap.fromModule(module), module };
}

test('allocates by moving a pointer, with no call into wasm', () => {
  const { heap, module } = counted();
  const arena = heap.arena();
  assert.equal(module.calls, 0);
  const first = arena.alloc(Uint8Array, 100);
  const calls = module.calls;
  const second = arena.alloc(Uint8Array, 100);
  assert.equal(module.calls, calls);
  assert.equal(second.ptr, first.ptr + 100);
});

test('aligns for each type, whatever came before', () => {
  const arena = Heap.create().arena();
  for (const Type of TYPES) {
    arena.alloc(Uint8Array, 1);
    const handle = arena.alloc(Type, 3);
    assert.equal(handle.ptr % Type.BYTES_PER_ELEMENT, 0);
    assert.ok(handle.view instanceof Type);
    assert.equal(handle.view.length, 3);
  }
});

test('handles do not overlap and keep what they hold, through chunks, big blocks and growth', () => {
  const { heap, module } = counted();
  const pick = random(7);
  for (const options of [undefined, { chunkSize: 256 }, { chunkSize: 1000 }, { chunkSize: 100_000 }]) {
    const arena = heap.arena(options);
    const kept = [];
    for (let i = 0; i < 2000; i++) {
      const Type = TYPES[pick(9)];
      const handle = arena.alloc(Type, pick(pick(50) === 0 ? 20_000 : 50));
      handle.view.fill(i & 127);
      if (pick(100) === 0) heap.memory.grow(1);
      kept.push(handle);
    }
    kept.forEach((handle, i) => {
      assert.ok(handle.view.every((x) => x === (i & 127)));
    });
    const ranges = kept.filter((handle) => handle.length > 0).sort((a, b) => a.ptr - b.ptr);
    for (let i = 1; i < ranges.length; i++)
      assert.ok(ranges[i].ptr >= ranges[i - 1].ptr + ranges[i - 1].byteLength);
    arena.free();
    assert.equal(module.live.size, 0);
  }
});

test('a big request gets a block of its own and leaves the chunk in use', () => {
  const arena = Heap.create().arena({ chunkSize: 1024 });
  const small = arena.alloc(Uint8Array, 10);
  const big = arena.alloc(Uint8Array, 100_000);
  const next = arena.alloc(Uint8Array, 10);
  assert.equal(next.ptr, small.ptr + 10);
  assert.ok(big.ptr > next.ptr || big.ptr + 100_000 <= small.ptr);
});

test('empty things have a place', () => {
  const arena = Heap.create().arena();
  for (const handle of [arena.alloc(Float64Array, 0), arena.utf8(''), arena.from(new Uint16Array(0))]) {
    assert.ok(handle.ptr > 0);
    assert.equal(handle.length, 0);
    assert.equal(handle.view.length, 0);
  }
});

test('reset ends the handles, keeps a chunk, and gives the rest back', () => {
  const { heap, module } = counted();
  const arena = heap.arena({ chunkSize: 1024 });
  const old = Array.from({ length: 100 }, () => arena.alloc(Uint8Array, 100));
  const big = arena.alloc(Uint8Array, 10_000);
  old[0].view;
  assert.ok(module.live.size > 5);
  arena.reset();
  assert.equal(module.live.size, 1);
  for (const handle of [...old, big]) {
    assert.throws(() => handle.ptr, { name: 'ReferenceError' });
    assert.throws(() => handle.view, { name: 'ReferenceError' });
  }
  const { calls } = module;
  const fresh = arena.alloc(Uint8Array, 1000);
  assert.equal(module.calls, calls, 'the chunk that was kept serves');
  fresh.view.fill(1);
  assert.throws(() => old[99].view, ReferenceError);
});

test('free gives all back; again it does nothing; use after it throws', () => {
  const { heap, module } = counted();
  for (const use of [
    () => {},
    (arena) => arena.alloc(Uint8Array, 10),
    (arena) => arena.alloc(Uint8Array, 1e5),
  ]) {
    const arena = heap.arena();
    const handle = use(arena);
    arena.free();
    arena.free();
    assert.equal(module.live.size, 0);
    if (handle) assert.throws(() => handle.ptr, ReferenceError);
    for (const late of [
      () => arena.alloc(Uint8Array, 1),
      () => arena.alloc(Uint8Array, 0),
      () => arena.from(new Uint8Array(1)),
      () => arena.utf8('x'),
      () => arena.utf8(''),
      () => arena.reset(),
    ]) {
      assert.throws(late, { name: 'ReferenceError', message: /^arena: / });
    }
    assert.equal(module.live.size, 0);
  }
});

test("a handle's own free ends that handle alone", () => {
  const { heap, module } = counted();
  const arena = heap.arena();
  const [a, b] = [arena.utf8('a'), arena.utf8('b')];
  const { calls } = module;
  a.free();
  a.free();
  assert.throws(() => a.ptr, ReferenceError);
  assert.equal(text(b), 'b');
  assert.equal(module.calls, calls);
  arena.free();
  b.free();
  assert.equal(module.live.size, 0);
});

test('Symbol.dispose frees, where the engine has it', { skip: !Symbol.dispose }, () => {
  const { heap, module } = counted();
  const arena = heap.arena();
  arena.utf8('x');
  arena[Symbol.dispose]();
  arena[Symbol.dispose]();
  assert.equal(module.live.size, 0);
});

test('from copies every kind of typed array', () => {
  const arena = Heap.create().arena();
  for (const Type of TYPES) {
    const source = Type.from(Type.name.startsWith('Big') ? [1n, 2n, 3n] : [1, 2, 3]);
    const handle = arena.from(source);
    assert.deepEqual(handle.view, source);
    source.fill(source[0]);
    assert.equal(handle.view[2], Type.name.startsWith('Big') ? 3n : 3);
  }
});

class Bytes extends Uint8Array {} // as Node's Buffer is

test('from takes parts of buffers, and subclasses as what they are made of', () => {
  const arena = Heap.create().arena();
  assert.deepEqual([...arena.from(new Uint16Array([1, 2, 3, 4]).subarray(1, 3)).view], [2, 3]);
  const handle = arena.from(Bytes.from(new TextEncoder().encode('héllo')));
  assert.equal(Object.getPrototypeOf(handle.view), Uint8Array.prototype);
  assert.equal(text(handle), 'héllo');
});

test('from copies a view of the same memory, although the copy makes the memory grow', () => {
  const heap = Heap.create();
  const handle = heap.alloc(Uint32Array, 20_000);
  handle.view.forEach((_, i, view) => {
    view[i] = i;
  });
  const arena = heap.arena();
  let copy = arena.from(handle.view.subarray(1));
  for (let i = 0; i < 5; i++) {
    const { buffer } = heap.memory;
    copy = arena.from(copy.view);
    if (i === 0) assert.notEqual(heap.memory.buffer, buffer, 'it did grow');
  }
  assert.equal(copy.length, 19_999);
  assert.ok(copy.view.every((x, i) => x === i + 1));
});

test('from refuses what is no typed array', () => {
  const arena = Heap.create().arena();
  for (const source of [
    undefined,
    null,
    'abc',
    1,
    [1, 2],
    {},
    new DataView(new ArrayBuffer(1)),
    new ArrayBuffer(1),
    Uint8Array,
  ]) {
    assert.throws(() => arena.from(source), {
      name: 'TypeError',
      message: /^source: expected a typed array/,
    });
  }
});

test('utf8 encodes as TextEncoder does, at any place in a chunk', () => {
  const arena = Heap.create().arena({ chunkSize: 256 });
  const strings = [
    '',
    'a',
    'héllo',
    '日本語',
    '👋🏽',
    '\ud800',
    'a\udc00b',
    '\0',
    'x'.repeat(63),
    '日'.repeat(100_000),
  ];
  const handles = [];
  for (let i = 0; i < 300; i++) for (const string of strings) handles.push([string, arena.utf8(string)]);
  for (const [string, handle] of handles) {
    const expected = new TextEncoder().encode(string);
    assert.equal(handle.byteLength, expected.length);
    const { view } = handle;
    assert.ok(expected.every((byte, i) => byte === view[i]));
  }
});

test('utf8 takes no more room than the text', () => {
  const arena = Heap.create().arena();
  arena.alloc(Uint8Array, 1);
  const handle = arena.utf8('a日');
  assert.equal(arena.alloc(Uint8Array, 1).ptr, handle.ptr + 4);
});

test('utf8 refuses what is no string', () => {
  const arena = Heap.create().arena();
  for (const string of [undefined, null, 1, 1n, ['a'], {}, new String('a'), Symbol('a')]) {
    assert.throws(() => arena.utf8(string), { name: 'TypeError', message: /^string: expected a string/ });
  }
});

test('utf8 and from on a shared memory', () => {
  const heap = Heap.fromModule(
    bumpModule(new WebAssembly.Memory({ initial: 1, maximum: 100, shared: true })),
  );
  const arena = heap.arena();
  const handles = Array.from({ length: 10_000 }, (_, i) => arena.utf8(`héllo ${i}`));
  handles.forEach((handle, i) => {
    // Browsers do not decode shared memory: copied first.
    assert.equal(new TextDecoder().decode(handle.view.slice()), `héllo ${i}`);
  });
  assert.deepEqual([...arena.from(handles[0].view).view], [...new TextEncoder().encode('héllo 0')]);
});

test('above 2 ** 31', () => {
  const heap = Heap.create();
  heap.malloc(2.5 * GiB);
  const arena = heap.arena();
  const handles = Array.from({ length: 5000 }, (_, i) => [
    arena.utf8(`x${i}`),
    arena.from(new Float64Array([i])),
  ]);
  handles.forEach(([string, number], i) => {
    assert.ok(number.ptr > 2 ** 31 && number.ptr % 8 === 0);
    assert.equal(text(string), `x${i}`);
    assert.equal(number.view[0], i);
  });
  arena.free();
});

test('without room for a chunk a request that fits is still served', () => {
  const heap = Heap.create({ maximum: 4 * PAGE });
  const arena = heap.arena({ chunkSize: PAGE });
  const handles = [];
  assert.throws(
    () => {
      for (;;) handles.push(arena.alloc(Uint8Array, 2000));
    },
    { name: 'OutOfMemoryError', size: 2000 },
  );
  assert.throws(() => arena.alloc(Uint8Array, 2000), OutOfMemoryError);
  assert.ok(handles.length * 2000 > 3.5 * PAGE - 20_000, `${handles.length} were served`);
  handles.forEach((handle, i) => {
    handle.view.fill(i);
  });
  handles.forEach((handle, i) => {
    assert.ok(handle.view.every((x) => x === (i & 255)));
  });
  arena.free();
  assert.ok(heap.malloc(3 * PAGE - 4096) > 0, 'all of it came back');
});

test('other errors of malloc are passed on', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const malloc = () => {
    throw new WebAssembly.RuntimeError('unreachable');
  };
  const heap = Heap.fromModule({ memory, malloc, free() {} });
  assert.throws(() => heap.arena().alloc(Uint8Array, 1), WebAssembly.RuntimeError);
});

test('length: refuses what is no whole number', () => {
  const arena = Heap.create().arena();
  arena.alloc(Uint8Array, 1);
  for (const [bad, ErrorClass] of BAD_NUMBERS)
    refuses(() => arena.alloc(Uint16Array, bad), ErrorClass, 'length');
  assert.throws(() => arena.alloc(Float64Array, 2 ** 32 - 1), {
    name: 'OutOfMemoryError',
    size: 8 * (2 ** 32 - 1),
  });
  assert.ok(arena.alloc(Uint8Array, 1).ptr > 0);
});

test('chunkSize: refuses what is out of its range; so are unknown options', () => {
  const heap = Heap.create();
  for (const [bad, ErrorClass] of [
    ...BAD_NUMBERS,
    [0, RangeError],
    [255, RangeError],
    [2 ** 30 + 1, RangeError],
  ]) {
    if (bad === undefined) continue;
    assert.throws(
      () => heap.arena({ chunkSize: bad }),
      (error) => error instanceof ErrorClass && error.message.startsWith('chunkSize: expected'),
    );
  }
  assert.throws(() => heap.arena({ size: 1 }), {
    name: 'TypeError',
    message: /^heap.arena: option: expected one of chunkSize, got "size"/,
  });
  assert.throws(() => heap.arena(null), { name: 'TypeError', message: /^heap.arena: options/ });
  assert.ok(heap.arena({ chunkSize: undefined }).alloc(Uint8Array, 1));
});

test('scope returns what the function returns and frees', () => {
  const { heap, module } = counted();
  let kept;
  const result = heap.scope((arena) => {
    kept = arena.utf8('x');
    return text(kept) + text(arena.utf8('y'));
  });
  assert.equal(result, 'xy');
  assert.throws(() => kept.view, ReferenceError);
  assert.equal(module.live.size, 0);
  assert.equal(
    heap.scope(() => undefined),
    undefined,
  );
  assert.equal(
    heap.scope(() => null),
    null,
  );
});

test('scope frees when the function throws', () => {
  const { heap, module } = counted();
  const thrown = new Error('mine');
  assert.throws(
    () =>
      heap.scope((arena) => {
        arena.utf8('x');
        throw thrown;
      }),
    (error) => error === thrown,
  );
  assert.equal(module.live.size, 0);
});

test('scope of an async function frees when that is done', async () => {
  const { heap, module } = counted();
  const running = heap.scope(async (arena) => {
    const handle = arena.utf8('x');
    await new Promise((done) => setTimeout(done, 5));
    return text(handle);
  });
  assert.ok(module.live.size > 0);
  assert.equal(await running, 'x');
  assert.equal(module.live.size, 0);

  const failing = heap.scope(async (arena) => {
    arena.utf8('x');
    await null;
    throw new Error('mine');
  });
  await assert.rejects(failing, { message: 'mine' });
  assert.equal(module.live.size, 0);

  // Any thenable, not only the engine's own promise.
  const thenable = heap.scope((arena) => {
    arena.utf8('x');
    // biome-ignore lint/suspicious/noThenProperty: that is the point
    return { then: (resolve) => setTimeout(resolve, 5, 'later') };
  });
  assert.ok(module.live.size > 0);
  assert.equal(await thenable, 'later');
  assert.equal(module.live.size, 0);
});

test('scopes nest', () => {
  const { heap, module } = counted();
  heap.scope((outer) => {
    const a = outer.utf8('outer');
    heap.scope((inner) => inner.utf8('inner').view.fill(0));
    assert.equal(text(a), 'outer');
  });
  assert.equal(module.live.size, 0);
});

test('scope refuses what is no function', () => {
  const { heap } = counted();
  for (const fn of [undefined, null, {}, 'x']) {
    assert.throws(() => heap.scope(fn), { name: 'TypeError', message: /^fn: expected a function/ });
  }
});
