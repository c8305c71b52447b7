// A shared heap: what its lock costs when nobody else wants it, and how it is shared out when four do.
import { Worker } from 'node:worker_threads';
import { Heap } from 'heaplet';
import { compare, line } from './measure.mjs';

const MILLISECONDS = 1000;

/** @returns {Promise<Record<string, number>>} what it printed */
export async function contention() {
  const heap = Heap.create({ shared: true, maximum: 1 << 28 });
  const alone = compare(
    {
      pairs(count) {
        for (let i = 0; i < count; i++) heap.free(heap.malloc(64));
      },
    },
    { count: 5000, rounds: 200 },
  );

  const url = new URL('worker.mjs', import.meta.url);
  const workers = Array.from({ length: 4 }, () => new Worker(url));
  const ask = (worker, message) =>
    new Promise((done, fail) => {
      worker.once('message', done);
      worker.once('error', fail);
      worker.postMessage(message);
    });
  await Promise.all(workers.map((worker) => ask(worker, { message: heap.share() })));
  const results = await Promise.all(workers.map((worker) => ask(worker, { milliseconds: MILLISECONDS })));
  await Promise.all(workers.map((worker) => worker.terminate()));
  const counts = results.map(({ count }) => count);
  const pairs = counts.reduce((sum, count) => sum + count, 0);
  const figures = {
    'one thread alone, ns a pair': alone.pairs,
    'four together, ns a pair': (MILLISECONDS * 1e6) / pairs,
    'the longest that a pair took, us': 1000 * Math.max(...results.map(({ longest }) => longest)),
    'the least share, % of an equal one': Math.round((100 * Math.min(...counts)) / (pairs / counts.length)),
  };
  for (const [name, value] of Object.entries(figures)) line(name, value, '');
  return figures;
}
