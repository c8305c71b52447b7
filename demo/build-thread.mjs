// Builds the programs in a thread of its own: the compiler never yields, and somebody must move the progress
// line.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/**
 * @param {(stage: string) => void} report told what is being built
 * @returns {ReturnType<typeof import('./build.mjs').buildPrograms>} as `buildPrograms()` does
 */
export function buildInThread(report) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    worker.on('message', ({ stage, built }) => (built ? resolve(built) : report(stage)));
    worker.on('error', reject);
  });
}

if (!isMainThread) {
  const { buildPrograms } = await import('./build.mjs');
  parentPort.postMessage({ built: await buildPrograms((stage) => parentPort.postMessage({ stage })) });
}
