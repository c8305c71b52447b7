// What comes from another realm: an iframe, a sandbox. Its classes are others than this realm's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { PAGE, readFile } from './support.mjs';
import { noThreads } from './threads.mjs';

/** What an expression gives in another realm. */
async function elsewhere(expression) {
  if (typeof document !== 'undefined') {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    return frame.contentWindow.eval(expression);
  }
  const { runInNewContext } = await import('node:vm');
  return runInNewContext(expression);
}

// What has one thread alone has one realm alone.
const alone = noThreads === 'this engine has no threads' ? { skip: 'this engine has no other realm' } : {};

test('a memory of another realm', alone, async () => {
  const memory = await elsewhere('new WebAssembly.Memory({ initial: 4 })');
  const heap = Heap.over(memory, { base: 1024 });
  const handle = heap.alloc(Float64Array, 10);
  handle.view.fill(1.5);
  heap.malloc(10 * PAGE);
  assert.ok(handle.view.every((x) => x === 1.5));
  const text = heap.cstring('héllo');
  assert.equal(heap.readCString(text.ptr), 'héllo');
  assert.equal(
    heap.scope((arena) => heap.readCString(arena.cstring('wörld').ptr)),
    'wörld',
  );
  assert.equal(Heap.attach({ memory, base: 1024 }).stats().usedBlocks, heap.stats().usedBlocks);
  const copy = await elsewhere('(bytes) => Uint8Array.from(bytes)');
  heap.restore(copy(heap.snapshot()));
  assert.ok(heap.check());
});

test('modules, instances and buffers of another realm', alone, async () => {
  const memory = await elsewhere('new WebAssembly.Memory({ initial: 4 })');
  const bytes = await readFile(new URL('../../dist/heaplet-fast.wasm', import.meta.url));
  const instantiate = await elsewhere(
    '(bytes, env) => new WebAssembly.Instance(new WebAssembly.Module(bytes), { env })',
  );
  const instance = instantiate(bytes, { memory });
  assert.ok(Heap.fromModule(instance).alloc(Uint8Array, 10).view.length === 10);
  assert.ok(Heap.fromModule(instance.exports).malloc(10));

  const heap = Heap.create();
  const source = await elsewhere('new Float32Array([1, 2, 3])');
  assert.deepEqual([...heap.from(source).view], [1, 2, 3]);
  assert.deepEqual([...heap.transfer(source).view], [1, 2, 3]);
  assert.equal(source.length, 0);
  const view = await elsewhere('new DataView(new ArrayBuffer(8))');
  for (const call of [() => heap.from(view), () => heap.transfer(view)]) {
    assert.throws(call, { name: 'TypeError', message: /^source: expected/ });
  }
  const buffer = await elsewhere('new Uint8Array([7, 8]).buffer');
  assert.deepEqual([...heap.transfer(buffer).view], [7, 8]);
  assert.equal(buffer.byteLength, 0);

  const file = await readFile(new URL('../../build/test-modules/list.wasm', import.meta.url));
  const module = (await elsewhere('(bytes) => new WebAssembly.Module(bytes)'))(file);
  assert.ok(new WebAssembly.Instance(module, heap.imports(module)));
});
