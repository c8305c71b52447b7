// What the package does on a page whose policy the server has set, sent to the server.
import { Heap } from 'heaplet';
import { Heap as CoreHeap } from 'heaplet/core';
import { Heap as HardenedHeap } from 'heaplet/hardened';
import { Heap as SmallHeap } from 'heaplet/small';

const classes = { Heap, CoreHeap, SmallHeap, HardenedHeap };

/** What a call gives, or the error that it throws. */
function result(call) {
  try {
    return `${call()}`;
  } catch (error) {
    return `${error}`;
  }
}

/** A module that a worker has compiled, whose policy is another; where the engine lets it come here. */
const posted = await new Promise((done) => {
  const worker = new Worker('policy-worker.mjs', { type: 'module' });
  worker.onmessage = ({ data }) => done(data);
  worker.onmessageerror = () => done('not to be posted here');
});

const results = {
  created: Object.entries(classes).map(([name, Class]) => [
    name,
    result(() => Class.create().alloc(Uint8Array, 10).view.length),
  ]),
  shared: result(() => Heap.create({ shared: true, maximum: 1 << 20 }).check()),
  over: result(() => Heap.over(new WebAssembly.Memory({ initial: 1 })).check()),
  posted: result(() =>
    posted instanceof WebAssembly.Module ? Heap.create({ module: posted }).check() : posted,
  ),
};
await fetch('/results', { method: 'POST', body: JSON.stringify(results) });
