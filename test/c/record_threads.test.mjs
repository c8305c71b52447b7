// Programs with threads, recorded: each thread's calls, in the order in which they happened, whichever malloc there is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { test } from 'node:test';
import { History, leaks, readCapture } from 'heaplet/capture';
import { commandOf, known } from '../../tools/browsers.mjs';
import { findEmscripten, isOlder, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { postedBy } from '../../tools/posted.mjs';
import { heapletFlags } from '../support/flags.mjs';

const emscripten = findEmscripten();
const skip = emscripten ? false : missing;
const out = emscripten && join(folder('build/test-c'), `record-${emscripten.version}`);

const common = [
  ...['-O1', '--profiling-funcs', '-fno-builtin', '-sMODULARIZE', '-sEXPORT_NAME=made', '-sINVOKE_RUN=0'],
  ...['-sENVIRONMENT=node,worker', '-sALLOW_MEMORY_GROWTH', '-Wno-pthreads-mem-growth'],
];
const posix = [...common, '-sPTHREAD_POOL_SIZE=4', '-sEXPORTED_FUNCTIONS=_main,_malloc,_free'];

/** Links a program. @returns its name */
function link(name, source, ...args) {
  mkdirSync(out, { recursive: true });
  // The workers load it by its name: it is CommonJS, whatever stands in the folders above.
  writeFileSync(join(out, 'package.json'), '{}');
  const program = join(out, `${name}.js`);
  runEmscripten(emscripten, ['emcc', path(`test/c/${source}`), ...args, '-o', program]);
  return program;
}

/** Runs JavaScript to which `create`, `record`, `recordImports` and `save` are known, and reads what it saves. */
function run(program, script) {
  const capture = `${program}.heapcap`;
  const record = new URL('../../js/capture/record.js', import.meta.url).href;
  const runner = `
    import { writeFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import { record, recordImports } from ${JSON.stringify(record)};
    const create = createRequire(import.meta.url)(${JSON.stringify(program)});
    const save = (bytes) => writeFileSync(${JSON.stringify(capture)}, bytes);
    const until = async (holds) => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    ${script}
    process.exit(0);
  `;
  const file = `${program}.run.mjs`;
  writeFileSync(file, runner);
  const options = { encoding: /** @type {const} */ ('utf8'), timeout: 120_000 };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...emscripten.nodeFlags, file], options);
  assert.equal(status, 0, `${stdout}${stderr.slice(-2000)}`);
  return { capture: new Uint8Array(readFileSync(capture)), stdout };
}

const THREADS = 4;
const SMALLEST = 4000;

/** Which of the program's threads has asked for a block: its size tells. */
const whose = (size) => (size >= SMALLEST && size < 10_000 ? size % THREADS : undefined);

/** What each thread has done by the capture, which is held on its order. */
function doneBy(capture) {
  const done = Array.from({ length: THREADS }, () => ({ mallocs: 0, reallocs: 0, frees: 0, bytes: 0 }));
  /** @type {Map<number, number>} the program's thread of a block that is there */
  const live = new Map();
  /** @type {Map<number, number>} the program's threads by the capture's */
  const names = new Map();
  let mainFrees = 0;
  const nameOf = (thread, own) => {
    if (!names.has(thread)) names.set(thread, own);
    assert.equal(names.get(thread), own, `a call of thread ${own} is said to be of another`);
  };
  /** @type {number[]} */
  const freesBy = [];
  const { complete } = readCapture(capture, {
    block(kind, _time, address, size, usable, _stack, old, thread) {
      const own = whose(size);
      const isRealloc = kind === 3;
      assert.ok(usable >= size);
      if (isRealloc) {
        if (whose(size) !== undefined) assert.ok(live.has(old), 'a realloc has its malloc before it');
        live.delete(old);
      }
      assert.ok(!live.has(address), 'where a block comes no other is');
      if (own === undefined) return;
      live.set(address, own);
      nameOf(thread, own);
      done[own][isRealloc ? 'reallocs' : 'mallocs']++;
      done[own].bytes += size;
    },
    free(_time, address, thread) {
      if (!live.has(address)) return; // of a libc, or of the glue
      live.delete(address);
      freesBy.push(thread);
    },
  });
  assert.ok(complete);
  for (const thread of freesBy) {
    const own = names.get(thread);
    if (own === undefined) mainFrees++;
    else done[own].frees++;
  }
  assert.deepEqual([...names.values()].sort(), [0, 1, 2, 3]);
  return { done, mainFrees, live };
}

/** Holds a capture against what record_threads.c has printed. */
function sameAs(capture, printed) {
  const lines = [...printed.matchAll(/^thread (.*)$/gm)].map(([, line]) => line.split(' ').map(Number));
  const [, left] = /^main (\d+)$/m.exec(printed) ?? assert.fail(printed);
  const { done, mainFrees } = doneBy(capture);
  assert.equal(lines.length, THREADS);
  const told = lines.map(([mallocs, reallocs, frees, bytes]) => ({ mallocs, reallocs, frees, bytes }));
  // A block that is moved, and whose place another thread gets before it says so, is one that went and one that came.
  for (const [thread, now] of done.entries()) {
    const apart = now.mallocs - told[thread].mallocs;
    assert.ok(apart >= 0 && apart < told[thread].reallocs / 2, `${apart}`);
    now.mallocs -= apart;
    now.reallocs += apart;
    now.frees -= apart;
  }
  assert.deepEqual(done, told);
  assert.equal(mainFrees, Number(left));
  const history = new History(capture);
  assert.equal(history.reading.reason, undefined);
  const own = [...history.liveAt()].filter((block) => whose(history.size.raw[block]) !== undefined);
  const [, , , , kept, bytes] = lines[2];
  assert.ok(kept > 100);
  assert.deepEqual([own.length, history.bytesOf(Uint32Array.from(own))], [kept, bytes]);
  const [first] = leaks(history);
  assert.equal(first.blocks, kept);
  const frames = history.framesOf(first.stack);
  assert.deepEqual(frames.slice(0, 3), ['taken', 'planted_leak', 'work']);
  assert.ok(!/\.js|node:|heaplet/.test(frames.join()), `nothing but the program's own: ${frames}`);
  const threads = new Set(own.map((block) => history.thread.raw[block]));
  assert.equal(threads.size, 1, 'the leaks are of one thread');
  assert.ok(!threads.has(0));
  return { history, frames };
}

const traced = (...args) => heapletFlags('--emscripten', '--trace', '--threads', ...args);

for (const profile of [undefined, 'fast', 'small']) {
  test(`threads, ${profile ?? "Emscripten's malloc"}: blocks handed on while the main thread waits`, {
    skip,
  }, () => {
    const flags = traced(...(profile ? ['--profile', profile] : []));
    const program = link(`posix-${profile}`, 'record_threads.c', ...posix, ...flags);
    const { capture, stdout } = run(
      program,
      `const module = await create();
       const recording = record(module, { stacks: 40 });
       module._main(0, 0);
       save(recording.stop());`,
    );
    sameAs(capture, stdout);
  });
}

test('threads: a program is recorded from its beginning, while the main thread is free', { skip }, () => {
  const own = common.filter((flag) => flag !== '-sINVOKE_RUN=0');
  const flags = ['-sPROXY_TO_PTHREAD', '-sPTHREAD_POOL_SIZE=5', '-sEXIT_RUNTIME=0', ...traced()];
  const program = link('proxied', 'record_threads.c', ...own, ...flags);
  const { capture, stdout } = run(
    program,
    `let module;
     const { recording, env } = recordImports(() => undefined, { stacks: 40 });
     let printed = '';
     const print = (line) => { printed += line; console.log(line); };
     module = await create({ print, heapletTrace: env.heaplet_trace });
     let live = 0;
     await until(() => {
       live = Math.max(live, recording.capture().length);
       return /main/.test(printed);
     });
     save(recording.stop());
     console.log('live', live);`,
  );
  sameAs(capture, stdout);
  assert.ok(Number(/^live (\d+)$/m.exec(stdout)[1]) > 10_000, 'it is read while it goes on');
});

for (const browser of known) {
  const command = commandOf(browser);
  test(`threads: a program is recorded in ${browser}, whose main thread may not wait`, {
    skip: skip || (command ? false : `${browser} is not on this machine`),
  }, async () => {
    const own = common.filter((flag) => !/INVOKE_RUN|ENVIRONMENT/.test(flag));
    const flags = ['-sPROXY_TO_PTHREAD', '-sPTHREAD_POOL_SIZE=5', '-sENVIRONMENT=web,worker', ...traced()];
    const program = link('page', 'record_threads.c', ...own, ...flags);
    const page = program.replace(/js$/, 'html');
    writeFileSync(
      page,
      `<script src="${basename(program)}"></script>
      <script type="module">
        import { recordImports } from '/js/capture/record.js';
        const tell = (told) => fetch('/told', { method: 'POST', body: JSON.stringify(told) });
        window.onerror = (error) => tell({ error });
        const { recording, env } = recordImports(() => undefined, { stacks: 40 });
        let printed = '';
        const print = (line) => { printed += line + '\\n'; };
        await made({ print, printErr: print, heapletTrace: env.heaplet_trace });
        while (!/main/.test(printed)) await new Promise((resolve) => setTimeout(resolve, 20));
        tell({ printed, capture: Array.from(recording.stop()) });
      </script>`,
    );
    const { error, printed, capture } = await postedBy(browser, command, relative(path('.'), page), {
      isolated: true,
    });
    assert.equal(error, undefined);
    sameAs(Uint8Array.from(capture), printed);
  });
}

const ended = [
  ...['-sEXPORTED_FUNCTIONS=_malloc,_free', '-sEXPORTED_RUNTIME_METHODS=PThread', '--no-entry'],
  ...['-sPTHREAD_POOL_SIZE=1', '-fno-builtin', '-O1', '-sMODULARIZE', '-sEXPORT_NAME=made'],
  '-sENVIRONMENT=node,worker',
];

/** How many calls of record_ended.c's thread are in a capture: each is held to be where it must. */
function pairsIn(capture) {
  let [mallocs, frees, at] = [0, 0, 0];
  const reading = readCapture(capture, {
    block(_kind, _time, address, size) {
      if (size !== 100) return;
      assert.equal(mallocs++, frees);
      at = address;
    },
    free(_time, address) {
      if (address !== at || mallocs === frees) return;
      assert.equal(++frees, mallocs);
    },
  });
  return { reading, mallocs, frees };
}

test('threads: of a worker that is terminated all is there that it has called', { skip }, () => {
  const program = link('terminated', 'record_ended.c', ...ended, ...traced());
  const { capture, stdout } = run(
    program,
    `const module = await create();
     const recording = record(module);
     if (module._begin_for_ever()) throw new Error('no thread');
     await until(() => module._pairs() > 2000);
     module.PThread.terminateAllThreads();
     let last;
     await until(() => last === (last = module._pairs()));
     await new Promise((resolve) => setTimeout(resolve, 100));
     console.log(module._pairs());
     save(recording.stop());`,
  );
  const { reading, mallocs, frees } = pairsIn(capture);
  assert.deepEqual([reading.complete, reading.reason], [true, undefined]);
  const pairs = Number(stdout);
  // One more may have been begun.
  assert.ok(frees === pairs || frees === pairs + 1, `${frees} of ${pairs}`);
  assert.ok(mallocs === frees || mallocs === frees + 1);
});

test('threads: where nobody reads the recording ends, says so, and the program goes on', { skip }, () => {
  // Its memory does not grow: to ask for more would end the program.
  const program = link('unread', 'record_ended.c', ...ended, ...traced());
  const { capture, stdout } = run(
    program,
    `const module = await create();
     const recording = record(module, { stacks: 0 });
     const error = module._wait_for(400_000);
     save(recording.stop());
     console.log(error, module._pairs(), recording.ended);`,
  );
  assert.match(stdout, /^0 400000 the main thread has not come to read/);
  const { reading, mallocs, frees } = pairsIn(capture);
  assert.ok(reading.complete);
  assert.match(reading.reason, /main thread has not come/);
  assert.ok(frees > 100_000 && mallocs - frees <= 1, `${mallocs}, ${frees}`);
});

test('threads: a sample has the sums of all, a second recording its own stacks, and two at once are refused', {
  skip,
}, () => {
  const program = link('sampled', 'record_threads.c', ...posix, ...traced());
  const { capture, stdout } = run(
    program,
    `const module = await create();
     const first = record(module);
     try { record(module); } catch (error) { console.log(error.message); }
     module._free(module._malloc(10));
     first.stop();
     const recording = record(module, { sampling: 100_000 });
     module._main(0, 0);
     save(recording.stop());`,
  );
  assert.match(stdout, /target: it is being recorded already/);
  const history = new History(capture);
  assert.ok(history.events < 10_000, `${history.events}`);
  const [totals] = history.totals;
  const [, kept] = /^thread \d+ \d+ \d+ \d+ ([1-9]\d*) /m.exec(stdout);
  assert.ok(totals.blocks >= Number(kept) && totals.blocks < Number(kept) + 100, `${totals.blocks}`);
  // The threads' own stacks are among it; what realloc has moved is counted once.
  assert.ok(totals.bytes < 20_000_000, `${totals.bytes}`);
  const named = history.byStack(history.liveAt()).map(({ stack }) => history.framesOf(stack).join());
  assert.ok(
    named.some((frames) => /planted_leak,work/.test(frames)),
    named.join('\n'),
  );
});

const noWorkers = 'an Emscripten from 6.0 on';
test('Wasm Workers are recorded as threads are', {
  skip: emscripten ? isOlder(emscripten.version, '6.0.0') && noWorkers : missing,
}, () => {
  const flags = heapletFlags('--emscripten', '--trace', '--wasm-workers', '--profile', 'fast');
  const program = link('workers', 'record_workers.c', ...common, ...flags);
  const { capture } = run(
    program,
    `const module = await create();
     const recording = record(module, { stacks: 40 });
     module._main(0, 0);
     await until(() => module._are_done());
     save(recording.stop());`,
  );
  const calls = new Map();
  const live = new Set();
  let frees = 0;
  readCapture(capture, {
    block(_kind, _time, address, size, _usable, _stack, _old, thread) {
      if (size < SMALLEST || size > SMALLEST + 2) return;
      assert.ok(!live.has(address));
      live.add(address);
      const key = `${size}, ${thread}`;
      calls.set(key, (calls.get(key) ?? 0) + 1);
    },
    free: (_time, address) => live.delete(address) && frees++,
  });
  assert.deepEqual([...calls.values()], [2000, 2000, 2000]);
  assert.equal(new Set([...calls.keys()].map((key) => key.split(', ')[1])).size, 3);
  assert.deepEqual([frees, live.size], [5999, 1]);
});
