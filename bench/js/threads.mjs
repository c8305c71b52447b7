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
  // A pair on a heap of its own takes what no thread has to do with: of that what the others take is a part.
  const alone = figures['1 on a heap of its own: ns a pair of each'];
  for (const [name, value] of Object.entries(figures)) {
    const ratio = name.endsWith('ns a pair of each') ? `${(value / alone).toFixed(2)} of a pair alone` : '';
    const most = name.startsWith('2 on a shared heap: ns') ? '; at most 1.15' : '';
    line(name, value, `${ratio}${most}`);
  }
  return figures;
}
