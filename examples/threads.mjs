// Four threads fill one array in one heap, and each leaves a message that another thread frees.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Heap } from 'heaplet';

const THREADS = 4;

async function main() {
  const heap = Heap.create({ shared: true, maximum: 1 << 26 });
  const squares = heap.alloc(Float64Array, 1000);
  const workers = Array.from({ length: THREADS }, (_, part) => {
    return new Worker(new URL(import.meta.url), {
      workerData: { message: heap.share(), ptr: squares.ptr, length: squares.length, part },
    });
  });
  const messages = await Promise.all(
    workers.map((worker) => new Promise((done) => worker.once('message', done))),
  );
  console.log(squares.view[10], squares.view[999]);
  for (const ptr of messages) {
    console.log(heap.readCString(ptr));
    heap.free(ptr);
  }
  console.log(heap.stats().usedBlocks, 'block in use');
}

function work({ message, ptr, length, part }) {
  const heap = Heap.attach(message);
  const { view } = heap.adopt(Float64Array, ptr, length);
  for (let i = part; i < length; i += THREADS) view[i] = i * i;
  parentPort.postMessage(heap.cstring(`thread ${part} is done`).ptr);
}

if (isMainThread) await main();
else work(workerData);

// prints:
// 100 998001
// thread 0 is done
// thread 1 is done
// thread 2 is done
// thread 3 is done
// 1 block in use
