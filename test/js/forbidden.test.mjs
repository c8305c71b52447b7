// Where wasm may not be compiled. Pages under a policy and workerd run all of the package so (test/browser/policy.mjs,
// test/workerd/run.mjs); here each of its branches, by an engine that is told to refuse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { bumpModule, PAGE, readFile } from './support.mjs';

const bytes = await readFile(new URL('../../dist/import/heaplet.wasm', import.meta.url));
const module = new WebAssembly.Module(bytes);
const fast = new WebAssembly.Module(await readFile(new URL('../../dist/heaplet-fast.wasm', import.meta.url)));

/** Runs a function while the engine compiles nothing. */
function forbidden(run) {
  const { Module } = WebAssembly;
  const refusal = new WebAssembly.CompileError('not here');
  WebAssembly.Module = new Proxy(Module, {
    construct() {
      throw refusal;
    },
  });
  try {
    return run(refusal);
  } finally {
    WebAssembly.Module = Module;
  }
}

const hasModules = globalThis.navigator?.userAgent === 'Cloudflare-Workers';
test('a heap is refused with what to do, and the cause', {
  skip: hasModules && "this runtime's entry imports compiled modules",
}, () => {
  forbidden((refusal) => {
    const memory = new WebAssembly.Memory({ initial: 3 });
    const place = { base: 4096, length: 2 * PAGE };
    assert.throws(
      () => Heap.over(memory, place),
      (error) =>
        error instanceof WebAssembly.CompileError &&
        /^module: .*Heap\.create\(\{ module \}\)/.test(error.message) &&
        error.cause === refusal,
    );
    assert.ok(
      new Uint8Array(memory.buffer).every((byte) => byte === 0),
      'nothing was written',
    );
    assert.ok(Heap.over(memory, { ...place, module }).check());
  });
});

test("another module's heap is one of 32 bits, unless its malloc wants a BigInt", () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const { exports } = new WebAssembly.Instance(fast, { env: { memory } });
  forbidden(() => {
    const heap = Heap.fromModule({ memory, ...exports });
    const ptr = heap.malloc(100);
    assert.equal(typeof ptr, 'number');
    heap.free(ptr);
    const ofJavaScript = bumpModule(new WebAssembly.Memory({ initial: 1 }));
    assert.equal(typeof Heap.fromModule(ofJavaScript).malloc(10), 'number');
    assert.deepEqual(ofJavaScript.freed, [], 'a malloc of JavaScript is not tried');
  });
});

/** A module with 64-bit parameters, which needs no 64-bit memory: `f` gives 0 for malloc, and nothing for free. */
const wide = new WebAssembly.Instance(
  new WebAssembly.Module(
    Uint8Array.of(
      ...[0, 97, 115, 109, 1, 0, 0, 0],
      ...[1, 10, 2, 96, 1, 126, 1, 126, 96, 1, 126, 0], // types: i64 to i64, i64 to nothing
      ...[3, 3, 2, 0, 1], // functions
      ...[7, 17, 2, 6, 109, 97, 108, 108, 111, 99, 0, 0, 4, 102, 114, 101, 101, 0, 1], // malloc, free
      ...[10, 10, 2, 5, 0, 66, 128, 1, 11, 2, 0, 11], // 128; nothing
    ),
  ),
);

test('one that wants a BigInt is called so', () => {
  forbidden(() => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const heap = Heap.fromModule({ memory, ...wide.exports });
    assert.equal(heap.malloc(10), 128);
    heap.free(128);
  });
});
