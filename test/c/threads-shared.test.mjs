// Threads where no Emscripten is: a module without a libc whose instances share a memory, each a worker of Node's with its
// own stack and variables; and WASI's, where there is a sysroot for them.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { commandOf } from '../../tools/browsers.mjs';
import { clang } from '../../tools/clang.mjs';
import { run } from '../../tools/commands.mjs';
import { sources, tree } from '../../tools/files.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { postedBy } from '../../tools/posted.mjs';
import { findWasiSdk } from '../../tools/wasi-sdk.mjs';
import { flags, profiles, targetFlags, targets } from '../../wasm/build/modules.mjs';
import { heapletFlags } from '../support/flags.mjs';
import { runThreads } from '../support/wasi-threads.mjs';

// (With threads `lean` is what `fast` is.)
const different = profiles.filter((profile) => profile !== 'lean');

const files = () => ({ ...tree('test/c'), 'heaplet.h': tree('wasm')['heaplet.h'] });

/** The library that the command names, and what else it says. */
function libraryOf(profile) {
  const [flag, library] = heapletFlags('--freestanding', '--threads', '--profile', profile);
  return { flag, library: readFileSync(library) };
}

/** The library's source with the walker, compiled as the library is. */
const withWalker = (profile) =>
  clang(
    [
      [
        'clang++',
        `--target=${targets.freestanding}`,
        '-nostdinc++',
        ...flags.common,
        ...flags.profiles[profile],
      ],
      [...targetFlags.freestanding, '-matomics', '-mbulk-memory', flags.coalesce],
      ['-DHEAPLET_LIBRARY=1', '-DHEAPLET_THREADS=2', `-DHEAPLET_PROFILE=${profile}`],
      ['-I.', '-c', 'test/c/threads_check.cpp', '-o', 'check.o'],
    ].flat(),
    { ...sources(), test: { c: tree('test/c') } },
  );

/**
 * @param {string} flag
 * @param {Uint8Array} heap an object or a library
 * @param {string[]} more
 */
const link = (flag, heap, ...more) =>
  clang(
    [
      ['clang', '--target=wasm32-unknown-unknown', '-nostdlib', '-O1', '-fno-builtin', flag, ...more],
      ['-Wl,--no-entry', '-Wl,--import-memory', '-Wl,--max-memory=268435456', '-Wl,--export=malloc'],
      ['__wasm_init_tls', '__tls_size', '__stack_pointer'].map((name) => `-Wl,--export=${name}`),
      ['-I.', 'threads_bare.c', 'heap.a', '-o', 'out.wasm'],
    ].flat(),
    { ...files(), 'heap.a': heap },
  );

/** A module's first instance, and how a worker gets one. */
function firstOf(wasm) {
  const module = new WebAssembly.Module(wasm);
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4096, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const main = /** @type {any} */ (exports);
  const room = () => ({ tls: main.malloc(main.__tls_size.value), stack: main.malloc(65_536) + 65_536 });
  return { module, memory, main, room };
}

// What a thread does before anything else, wherever it runs.
const begin = `
  const begin = ({ module, memory, tls, stack }) => {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    memory.grow(0); // its size may have changed while this thread got it, of which V8 tells only those who have it
    exports.__stack_pointer.value = stack;
    exports.__wasm_init_tls(tls);
    return exports;
  };`;

/** A thread that calls a function and ends. @returns {Promise<number>} what that returned */
function inWorker(start, name, ...args) {
  const code = `${begin}
    const { parentPort, workerData: { name, args, ...start } } = require('node:worker_threads');
    parentPort.postMessage(begin(start)[name](...args));`;
  const worker = new Worker(code, { eval: true, workerData: { ...start, name, args } });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

/** Threads that come and go over one memory, four at a time; each round has the same four stacks. */
async function share(wasm) {
  const { module, memory, main, room } = firstOf(wasm);
  const rooms = Array.from({ length: 4 }, room);
  const before = main.used();
  for (let round = 0; round < 3; round++) {
    const all = rooms.map((each, i) => inWorker({ module, memory, ...each }, 'work', round * 4 + i, 10_000));
    assert.deepEqual(await Promise.all(all), [0, 0, 0, 0]);
    assert.equal(main.all_is_well(before), 0);
  }
}

for (const profile of different)
  test(`without a libc, ${profile}: workers share a heap, end, and leave it in order`, async () => {
    const { flag, library } = libraryOf(profile);
    await share(await link(flag, library));
    await share(await link(flag, await withWalker(profile)));
  });

test('without a libc: a thread asks whether it may sleep for the lock, and spins where it may not', async () => {
  const { flag, library } = libraryOf('fast');
  for (const may of [0, 1]) {
    const { module, memory, main, room } = firstOf(await link(flag, library, `-DMAY_WAIT=${may}`));
    const counting = inWorker({ module, memory, ...room() }, 'count');
    assert.equal(main.want(20), 0);
    assert.equal(await counting, 0);
    assert.ok(main.times_asked() > 0);
  }
});

/** The same in a page, whose own thread must not sleep. @returns what it says */
async function inPage(wasm) {
  const place = folder('build/test-c/threads-page');
  writeFileSync(join(place, 'module.wasm'), wasm);
  writeFileSync(join(place, 'worker.js'), `${begin} onmessage = ({ data }) => begin(data).count();`);
  const page = `${begin}
    const tell = (text) => fetch('/told', { method: 'POST', body: JSON.stringify(String(text)) });
    (async () => {
      const module = await WebAssembly.compileStreaming(fetch('module.wasm'));
      const memory = new WebAssembly.Memory({ initial: 4, maximum: 4096, shared: true });
      const main = new WebAssembly.Instance(module, { env: { memory } }).exports;
      const tls = main.malloc(main.__tls_size.value), stack = main.malloc(65536) + 65536;
      const worker = new Worker('worker.js');
      worker.postMessage({ module, memory, tls, stack });
      await new Promise((done) => setTimeout(done, 500)); // the worker's script comes through this thread
      return main.want(20) === 0 ? 'got all' : 'got none';
    })().then(tell, tell);`;
  writeFileSync(join(place, 'page.html'), `<script>${page}</script>`);
  return postedBy('chromium', chromium, relative(path('.'), join(place, 'page.html')), { isolated: true });
}

const chromium = commandOf('chromium');
test('without a libc: a page of Chromium spins for the lock, and never sleeps', {
  skip: !chromium && 'chromium is not on this machine',
}, async () => {
  const { flag, library } = libraryOf('fast');
  assert.equal(await inPage(await link(flag, library)), 'got all');
  // A program that says that it may sleep there is ended: so it was asked for while another thread had the lock.
  assert.match(await inPage(await link(flag, library, '-DMAY_WAIT=1')), /RuntimeError: .*wait/);
});

const sdk = findWasiSdk();
const hasThreads = sdk?.threads;
const wasiFlags = [
  ...['-O1', '-fno-builtin', `-I${path('wasm')}`, '-Wl,--import-memory', '-Wl,--export-memory'],
  ...['-Wl,--max-memory=268435456', '-Wl,-z,stack-size=262144'],
];
for (const profile of profiles)
  test(`WASI, ${profile}: threads that share blocks and end`, {
    skip: !hasThreads && 'a wasi-sdk at WASI_SDK_PATH with wasm32-wasip1-threads',
  }, async () => {
    const program = join(folder('build/test-c'), `wasi-threads-${profile}.wasm`);
    const library = heapletFlags('--wasi', '--threads', '--profile', profile);
    run(sdk.clang, [
      `--target=${sdk.threads}`,
      ...wasiFlags,
      path('test/c/threads.c'),
      ...library,
      '-o',
      program,
    ]);
    assert.equal(await runThreads(readFileSync(program)), 0);
  });
