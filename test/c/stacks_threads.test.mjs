// Which thread allocated a block, and which freed it: what `heaplet flags --emscripten --profile hardened --stacks --threads` prints
// behind the line of a fault. EMCC names another Emscripten.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { before, test } from 'node:test';
import { commandOf, known } from '../../tools/browsers.mjs';
import { findEmscripten, isOlder, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { postedBy } from '../../tools/posted.mjs';
import { heapletFlags } from '../support/flags.mjs';
import { stacks } from '../support/stacks.mjs';

const emscripten = findEmscripten();
const skip = !emscripten && missing;
const place = `Emscripten ${emscripten?.version ?? ''}`;

const own = ['-O1', '-fno-builtin', '-fno-inline', '-sEXIT_RUNTIME=1', `-I${path('wasm')}`];
const grows = ['-sALLOW_MEMORY_GROWTH=1', '-Wno-pthreads-mem-growth'];
const posix = [
  '-sPTHREAD_POOL_SIZE=4',
  ...heapletFlags('--emscripten', '--profile', 'hardened', '--stacks', '--threads'),
];

/** Links a program as a user would. @returns {string} its path */
function link(name, source, ...args) {
  const out = join(folder('build/test-c'), `stacks-threads-${emscripten.version}`);
  mkdirSync(out, { recursive: true });
  // The workers load it by its name: it is CommonJS, whatever stands in the folders above.
  writeFileSync(join(out, 'package.json'), '{}');
  const program = join(out, `${name}.js`);
  runEmscripten(emscripten, ['emcc', path(source), ...own, ...args, '-o', program]);
  return program;
}

/** @param {string} program @returns {(name: string) => { status: number | null, signal: string | null, stdout: string, stderr: string }} */
function runs(program) {
  return (name) => {
    // What a pipe cannot take at once Node may refuse to write there.
    const errors = program.replace(/js$/, 'txt');
    const file = openSync(errors, 'w');
    const ended = spawnSync(process.execPath, [...emscripten.nodeFlags, program, name], {
      encoding: 'utf8',
      timeout: 120_000,
      stdio: ['ignore', 'pipe', file],
    });
    closeSync(file);
    return { ...ended, stderr: readFileSync(errors, 'utf8') };
  };
}

/** The stacks that were printed, without the threads; and the threads. */
function told(text) {
  const found = stacks(text);
  return {
    stacks: found.map((line) => line.replace(/ by (the main thread|worker \d+)/, '')),
    threads: found.map((line) => / by (the main thread|worker \d+) at/.exec(line)?.[1]),
  };
}

// What a thread is asked first of all takes it long. If another one came between what it does and what it tells of it, that would
// not be seen else: it is some nanoseconds.
const slowly = `mergeInto(LibraryManager.library, {
  heaplet_stack_thread__deps: ['$heapletOwnStacks'],
  heaplet_stack_thread: function (ifNew) {
    const own = heapletOwnStacks;
    if (typeof ENVIRONMENT_IS_PTHREAD === 'undefined' || !ENVIRONMENT_IS_PTHREAD) own.thread = 0;
    else if (own.thread < 0 && ifNew > 0) own.thread = ifNew;
    if (own.thread > 0) for (const end = performance.now() + 0.2; performance.now() < end; );
    return own.thread;
  },
});
`;

let run;
let runFew;
let runFixed;
before(() => {
  if (skip) return;
  run = runs(link('all', 'test/c/stacks_threads.c', ...grows, ...posix));
  const few = join(folder('build/test-c'), 'few-stacks-threads.js');
  writeFileSync(few, 'Module.heapletStacks = { frames: 2, blocks: 1000 };\n');
  runFew = runs(link('few', 'test/c/stacks_threads.c', '--pre-js', few, '-O2', ...grows, ...posix));
  const slow = join(folder('build/test-c'), 'slow-stacks-threads.js');
  writeFileSync(slow, slowly);
  const full = ['-sINITIAL_MEMORY=33554432', '-sABORTING_MALLOC=0', ...posix, '--js-library', slow];
  runFixed = runs(link('fixed', 'test/c/stacks_threads.c', ...full));
});

const made = 'allocated at malloc < make < makes';
const freed = 'freed at free < drop < drops';
const found = 'found at free < drop < drops_again';

/** By the names of the program's cases: what the fault is, and the stacks. Each was by a thread of its own. */
const expected = {
  double_free: ['double free: 40 bytes', made, freed, found],
  large: ['double free: ', made, freed, found],
  grown: ['double free: 40 bytes', made, 'freed at free < drop < grows', found],
  moved: ['double free: 40 bytes', made, 'freed at realloc < moves', found],
  overflow: ['write past the end of a block: 20000 bytes', made, found],
};

for (const [name, [message, ...lines]] of Object.entries(expected))
  test(`${place}, stacks of threads: ${name}`, { skip }, () => {
    const { status, stderr } = run(name);
    assert.notEqual(status, 0);
    assert.match(stderr, new RegExp(`^heaplet: ${message}.*\n  allocated by worker \\d+ at:$`, 'm'));
    const { stacks, threads } = told(stderr);
    assert.deepEqual(stacks, lines);
    for (const thread of threads) assert.match(thread, /^worker \d+$/);
    assert.equal(new Set(threads).size, lines.length);
  });

test(`${place}, stacks of threads: of one that has ended, and of the main thread`, { skip }, () => {
  const { stacks, threads } = told(run('ended').stderr);
  assert.deepEqual(stacks, [
    'allocated at malloc < make < makes_and_ends',
    'freed at free < drop < ended < main',
    'found at free < drop < ended < main',
  ]);
  assert.match(threads[0], /^worker \d+$/);
  assert.deepEqual(threads.slice(1), ['the main thread', 'the main thread']);
});

test(`${place}, stacks of threads: a fault is printed, and ends the program, while the main thread waits for the heap`, {
  skip,
}, () => {
  const { status, signal, stderr } = run('busy');
  assert.equal(signal, null);
  assert.notEqual(status, 0);
  assert.match(stderr, /^heaplet: write past the end of a block: 40 bytes/);
  assert.deepEqual(told(stderr).stacks, [
    'allocated at malloc < make < faults',
    'found at free < drop < faults',
  ]);
});

test(`${place}, stacks of threads: by a heaplet_fault of the program's own, with assertions`, {
  skip,
}, () => {
  const args = ['-DOWN_FAULT=1', '-sASSERTIONS=1', ...grows, ...posix];
  const { status, signal, stderr } = runs(link('own', 'test/c/stacks_threads.c', ...args))('busy');
  assert.equal(signal, null);
  assert.notEqual(status, 0);
  assert.deepEqual(told(stderr).stacks, [
    'allocated at malloc < make < faults',
    'found at free < drop < faults',
  ]);
});

test(`${place}, stacks of threads: the program's own printErr may ask for blocks`, { skip }, () => {
  const asking = join(folder('build/test-c'), 'asking-stacks-threads.js');
  writeFileSync(
    asking,
    `Module.printErr = (line) => {
      console.error(line);
      Module._free(Module._malloc(1000));
    };
    `,
  );
  const args = ['--pre-js', asking, '-sEXPORTED_FUNCTIONS=_main,_malloc,_free', ...grows, ...posix];
  const asks = runs(link('asking', 'test/c/stacks_threads.c', ...args));
  for (const name of ['leaks', 'ended', 'again']) {
    const { status, signal, stderr } = asks(name);
    assert.equal(signal, null, name);
    assert.equal(status === 0, name === 'leaks', name);
    if (name !== 'again') assert.match(stderr, /(in use, allocated|found by the main thread) at:\n {4}at /);
    // It is told of once, though the block that is asked for while it is printed finds it again.
    else assert.equal(stderr.match(/^heaplet: write after free: 1000 bytes/gm)?.length, 1, stderr);
  }
});

test(`${place}, stacks of threads: a fault of a heap of the program's own`, { skip }, () => {
  const args = ['-std=c++20', `-I${path('.')}`, ...grows, ...posix];
  const { status, stdout, stderr } = runs(link('own-heap', 'test/c/stacks_own.cpp', ...args))('');
  assert.notEqual(status, 0);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^heaplet: double free: 40 bytes at 0x[0-9a-f]+ \(malloc #1\) were freed before; found by free$/m,
  );
  assert.match(stderr, /^ {2}found by the main thread at:\n {4}at .*main/m);
});

test(`${place}, stacks of threads: a fault that malloc_usable_size finds`, { skip }, () => {
  const { stacks } = told(run('usable').stderr);
  assert.deepEqual(stacks, [
    'allocated at malloc < make < measures',
    'freed at free < drop < measures',
    'found at malloc_usable_size < measures',
  ]);
});

test(`${place}, stacks of threads: what is in use, whoever has allocated it`, { skip }, () => {
  const { status, stderr } = run('leaks');
  assert.equal(status, 0, stderr);
  // What Emscripten itself has stands among them.
  const own = stderr.split(/^(?=heaplet: )/m).filter((text) => /leaks/.test(text));
  const printed = own.map((text) => [
    text.split('\n')[0],
    stacks(text.replace(/^.*allocated at:/, '  allocated at:'))[0],
  ]);
  assert.deepEqual(printed, [
    ['heaplet: 240 bytes in 6 blocks are in use, allocated at:', 'allocated at malloc < make < leaks_here'],
    ['heaplet: 200 bytes in 1 block are in use, allocated at:', 'allocated at malloc < make < leaks < main'],
    [
      'heaplet: 120 bytes in 3 blocks are in use, allocated at:',
      'allocated at malloc < make < leaks_here < leaks < main',
    ],
  ]);
});

test(`${place}, stacks of threads: of blocks that one takes as soon as another has freed them`, {
  skip,
}, () => {
  const { status, stdout, stderr } = runFixed('instead');
  assert.equal(status, 0, stderr);
  assert.ok(Number(stdout) > 1000, stdout);
  const said = told(stderr).stacks;
  const lines = ['allocated at malloc < instead < main', 'found at instead < main'];
  assert.deepEqual(said, Array.from({ length: Number(stdout) }, () => lines).flat());
});

test(`${place}, stacks of threads: so many frames, and so many blocks, as a program wants`, { skip }, () => {
  assert.deepEqual(told(runFew('double_free').stderr).stacks, [
    'allocated at malloc < make',
    'freed at free < drop',
    'found at free < drop',
  ]);
  const [first, second, ...others] = told(runFew('many').stderr).stacks;
  assert.equal(first, 'allocated at malloc < make');
  // The linker's optimiser inlines.
  assert.match(second, /^found at (many < )?main$/);
  assert.deepEqual(others, ['allocated at not kept: there were too many others', 'found at free < drop']);
});

test(`${place}, stacks of threads: a memory that cannot grow has room for the program's blocks`, {
  skip,
}, () => {
  const { stdout, stderr } = runFixed('full');
  assert.equal(stdout, '');
  assert.match(stderr, /^heaplet: write past the end of a block: 40 bytes/m);
  assert.deepEqual(told(stderr).stacks, [
    'allocated at malloc < make < full < main',
    'found at full < main',
    'allocated at not kept: there were too many others',
    'found at free < drop < full < main',
  ]);
});

test(`${place}, stacks of threads: of Wasm Workers`, {
  skip: skip || (isOlder(emscripten.version, '6.0.0') && 'an Emscripten from 6.0 on'),
}, () => {
  const flags = heapletFlags('--emscripten', '--profile', 'hardened', '--stacks', '--wasm-workers');
  const { status, stderr } = runs(link('workers', 'test/c/stacks_workers.c', ...grows, ...flags))('');
  assert.notEqual(status, 0);
  assert.match(stderr, /^heaplet: double free: 40 bytes/);
  const { stacks, threads } = told(stderr);
  assert.deepEqual(stacks, ['allocated at malloc < makes', 'freed at free < drops', 'found at free < drops']);
  assert.deepEqual(new Set(threads), new Set(['worker 1', 'worker 2']));
  assert.equal(threads[1], threads[2]);
});

test(`${place}, stacks of threads: a program without threads is told so`, { skip }, () => {
  assert.throws(
    () => link('none', 'test/c/stacks.c', ...posix.filter((flag) => flag !== '-pthread')),
    /the program has no threads; link it with -pthread/,
  );
});

/** In a page's own thread, which may not sleep; and where another one is its program's main one. */
const inPages = {
  busy: { args: [], lines: ['allocated at malloc < make < faults', 'found at free < drop < faults'] },
  grown: { args: ['-sPROXY_TO_PTHREAD=1'], lines: expected.grown.slice(1) },
};

// A worker of an older Emscripten prints to its own console, that of a newer one by the page's events, which come once the page's own
// thread has ended too.
const posting = `{
  let printed = '';
  const tell = (line) => {
    if (!/^Aborted/.test(line)) printed += line + '\\n';
    if (/^  found by/m.test(printed)) fetch(location.origin + '/told', { method: 'POST', body: JSON.stringify(printed) });
  };
  if (typeof document === 'undefined') console.error = console.warn = tell;
  else Module.printErr = tell;
}
`;

for (const browser of known)
  for (const [name, { args, lines }] of Object.entries(inPages)) {
    const command = commandOf(browser);
    test(`${place}, stacks of threads: ${name}, in ${browser}`, {
      skip: skip || (command ? false : `${browser} is not on this machine`),
    }, async () => {
      const before = join(folder('build/test-c'), 'posting-stacks-threads.js');
      writeFileSync(before, posting);
      const all = ['test/c/stacks_threads.c', '--pre-js', before, ...grows, ...posix, ...args];
      const program = link(`page-${name}`, ...all);
      const page = program.replace(/js$/, 'html');
      writeFileSync(
        page,
        `<script>var Module = { arguments: ['${name}'] };</script><script src="${basename(program)}"></script>`,
      );
      const printed = await postedBy(browser, command, relative(path('.'), page), { isolated: true });
      const { stacks, threads } = told(printed);
      assert.deepEqual(stacks, lines);
      if (name === 'grown') assert.equal(new Set(threads).size, 3);
    });
  }
