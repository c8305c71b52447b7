// A shared heap: what a pair of calls takes on one thread, on two and on four, of blocks that a thread keeps for itself, and of
// such as are too large for that and take the lock.
import { Worker } from 'node:worker_threads';
import { Heap } from 'heaplet';
import { line } from './measure.mjs';

const MILLISECONDS = 500;
const [SMALL, LARGE] = [64, 2000];

/** @returns {Promise<Record<string, number>>} what it printed */
export async function contention() {
  const heap = Heap.create({ shared: true, maximum: 1 << 28 });
  const figures = {};
  const url = new URL('worker.mjs', import.meta.url);
  const ask = (worker, message) =>
    new Promise((done, fail) => {
      worker.once('message', done);
      worker.once('error', fail);
      worker.postMessage(message);
    });
  // Each in a worker of its own, where an engine has compiled the calls for that heap alone.
  for (const { threads, isShared } of [0, 1, 2, 4].map((threads) => ({
    threads: threads || 1,
    isShared: threads > 0,
  }))) {
    const message = isShared ? heap.share() : {};
    const workers = Array.from({ length: threads }, () => new Worker(url));
    await Promise.all(workers.map((worker) => ask(worker, { message })));
    for (const size of isShared ? [SMALL, LARGE] : [SMALL]) {
      const results = await Promise.all(
        workers.map((worker) => ask(worker, { size, milliseconds: MILLISECONDS })),
      );
      const whose = isShared ? `${threads} on a shared heap` : '1 on a heap of its own';
      const name = `${whose}${size === LARGE ? ', with the lock' : ''}`;
      const counts = results.map(({ count }) => count);
      const sum = counts.reduce((sum, count) => sum + count, 0);
      figures[`${name}: ns a pair of each`] = Math.max(...results.map(({ ns }) => ns));
      if (threads === 1) continue;
      figures[`${name}: the longest 1,000 pairs, ms`] = Math.max(...results.map(({ longest }) => longest));
      figures[`${name}: the least share, % of an equal one`] = (100 * Math.min(...counts)) / (sum / threads);
    }
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  for (const [name, value] of Object.entries(figures)) line(name, value, '');
  return figures;
}
