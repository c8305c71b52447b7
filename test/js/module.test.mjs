// Heap.fromModule: the same heap in JavaScript over any module's malloc; heap.imports: other modules on our heap.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap, OutOfMemoryError } from 'heaplet';
import { bumpModule, readFile } from './support.mjs';

const file = (name) => readFile(new URL(`../../dist/heaplet-${name}.wasm`, import.meta.url));

const fast = new WebAssembly.Module(await file('fast'));

function instance() {
  return new WebAssembly.Instance(fast, { env: { memory: new WebAssembly.Memory({ initial: 2 }) } });
}

/** Names as Emscripten's Module has them. */
function emscripten({ memory, ...functions }) {
  const underscored = Object.entries(functions).map(([name, fn]) => [`_${name}`, fn]);
  return { wasmMemory: memory, HEAPU8: new Uint8Array(memory.buffer), ...Object.fromEntries(underscored) };
}

test('over an instance, its exports, an Emscripten Module', () => {
  const wasm = instance();
  for (const module of [wasm, wasm.exports, emscripten(wasm.exports)]) {
    const heap = Heap.fromModule(module);
    assert.equal(heap.memory, wasm.exports.memory);
    const handle = heap.alloc(Float64Array, 10);
    handle.view.fill(1);
    heap.memory.grow(1);
    assert.equal(handle.view[9], 1);
    handle.free();
    const ptr = heap.realloc(heap.calloc(4, 4), 100);
    assert.ok(heap.usableSize(ptr) >= 100);
    heap.free(ptr);
    assert.equal(heap.alignedAlloc(256, 1) % 256, 0);
    assert.equal(
      heap.scope((arena) => new TextDecoder().decode(arena.utf8('héllo').view)),
      'héllo',
    );
  }
});

test('with malloc and free alone, the other calls say what is missing', () => {
  const module = bumpModule(new WebAssembly.Memory({ initial: 1 }));
  const heap = Heap.fromModule(module);
  const ptr = heap.malloc(10);
  heap.free(ptr);
  assert.deepEqual(module.freed, [ptr]);
  heap.alloc(Uint8Array, 10).view.fill(1);
  assert.equal(heap.arena().utf8('x').length, 1);
  for (const [call, name] of [
    [() => heap.calloc(1, 1), 'calloc'],
    [() => heap.realloc(ptr, 1), 'realloc'],
    [() => heap.alignedAlloc(16, 1), 'aligned_alloc'],
    [() => heap.usableSize(ptr), 'malloc_usable_size'],
  ]) {
    assert.throws(call, { name: 'TypeError', message: `this heap's module does not export ${name}` });
  }
});

test('refuses what is no module, naming what it lacks', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const malloc = () => 0;
  const free = () => {};
  for (const module of [undefined, null, 1, 'module', () => {}]) {
    assert.throws(() => Heap.fromModule(module), {
      name: 'TypeError',
      message: /^module: expected a wasm instance's/,
    });
  }
  for (const [module, lacks] of [
    [{}, /WebAssembly.Memory/],
    [{ malloc, free }, /WebAssembly.Memory/],
    [{ memory: memory.buffer, malloc, free }, /WebAssembly.Memory/],
    [{ memory }, / malloc /],
    [{ memory, malloc }, / free /],
    [{ memory, free }, / malloc /],
    [{ memory, malloc: 1, free }, / malloc /],
  ]) {
    assert.throws(
      () => Heap.fromModule(module),
      (error) =>
        error instanceof TypeError && error.message.startsWith('module: ') && lacks.test(error.message),
    );
  }
});

test('a null from malloc is out of memory', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const heap = Heap.fromModule({ memory, malloc: () => 0, free() {} });
  assert.throws(() => heap.malloc(5), { name: 'OutOfMemoryError', size: 5 });
  assert.throws(() => heap.alloc(Float64Array, 5), { name: 'OutOfMemoryError', size: 40 });
  assert.throws(() => heap.arena().alloc(Float64Array, 5), OutOfMemoryError);
});

test('numbers that arrive negative leave unsigned', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const heap = Heap.fromModule({
    memory,
    malloc: () => -16,
    free() {},
    realloc: () => -32,
    malloc_usable_size: () => -4,
  });
  assert.equal(heap.malloc(1), 2 ** 32 - 16);
  assert.equal(heap.realloc(0, 1), 2 ** 32 - 32);
  assert.equal(heap.usableSize(16), 2 ** 32 - 4);
});

const text = (string) => new TextEncoder().encode(string);
// (module
//   (import "env" "memory" (memory 1))
//   (import "env" "malloc" (func $malloc (param i32) (result i32)))
//   (func (export "make") (param $value i32) (result i32) (local $ptr i32)
//     (i32.store (local.tee $ptr (call $malloc (i32.const 4))) (local.get $value))
//     (local.get $ptr)))
const maker = new WebAssembly.Module(
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f],
    ...[0x02, 0x1c, 0x02],
    ...[0x03, ...text('env'), 0x06, ...text('memory'), 0x02, 0x00, 0x01],
    ...[0x03, ...text('env'), 0x06, ...text('malloc'), 0x00, 0x00],
    ...[0x03, 0x02, 0x01, 0x00],
    ...[0x07, 0x08, 0x01, 0x04, ...text('make'), 0x00, 0x01],
    ...[0x0a, 0x13, 0x01, 0x11, 0x01, 0x01, 0x7f],
    ...[0x41, 0x04, 0x10, 0x00, 0x22, 0x01, 0x20, 0x00, 0x36, 0x02, 0x00, 0x20, 0x01, 0x0b],
  ]),
);

test('imports: a module that imports memory and malloc works on the heap', () => {
  const heap = Heap.create();
  const instance = new WebAssembly.Instance(maker, heap.imports());
  const ptr = instance.exports.make(1234);
  assert.equal(new Int32Array(heap.memory.buffer, ptr, 1)[0], 1234);
  heap.free(ptr);
  assert.deepEqual(Object.keys(heap.imports().env), [
    'memory',
    'malloc',
    'free',
    'calloc',
    'realloc',
    'aligned_alloc',
    'malloc_usable_size',
    'aligned_realloc',
  ]);
});
