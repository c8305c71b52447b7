// Runs a command of WASI with threads, each a worker of Node's: the host's part of what wasi-threads asks for. As a program it
// runs the file that it is given.
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { isProgram } from '../../tools/paths.mjs';

// An instance a thread. The first one starts the command; the others are told where to go on, by `wasi_thread_start`.
const code = `
  const { Worker, parentPort, workerData: { code, module, memory, next, tid, start } } = require('node:worker_threads');
  const { setFlagsFromString } = require('node:v8');
  process.removeAllListeners('warning');
  setFlagsFromString('--no-turbo-fast-api-calls'); // as tools/wasi.mjs has it
  const { WASI } = require('node:wasi');
  const wasi = new WASI({ version: 'preview1', args: ['command'], returnOnExit: true });
  const spawn = (start) => {
    const tid = Atomics.add(next, 0, 1);
    new Worker(code, { eval: true, workerData: { code, module, memory, next, tid, start } });
    return tid;
  };
  const instance = new WebAssembly.Instance(module, {
    ...wasi.getImportObject(), env: { memory }, wasi: { 'thread-spawn': spawn },
  });
  memory.grow(0); // V8: docs/threads.md
  if (tid === 0) parentPort.postMessage(wasi.start(instance));
  else {
    wasi.initialize({ exports: { memory } }); // whose functions then know the memory
    try {
      instance.exports.wasi_thread_start(tid, start);
    } catch (error) {
      console.error(error); // who waits for it waits for ever
    }
  }`;

/**
 * @param {Uint8Array} wasm that imports its memory and exports it
 * @param {number} [limit] of its time, in ms
 * @returns {Promise<number>} what its main returned
 */
export async function runThreads(wasm, limit = 120_000) {
  const module = new WebAssembly.Module(wasm);
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 4096, shared: true });
  const next = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  const worker = new Worker(code, { eval: true, workerData: { code, module, memory, next, tid: 0 } });
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(reject, limit, new Error(`it has not ended after ${limit / 1000} s`));
      worker.once('message', resolve).once('error', reject);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

if (isProgram(import.meta.url)) process.exit(await runThreads(readFileSync(process.argv[2])));
