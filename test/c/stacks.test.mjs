// Where a block was allocated and freed, and where the fault was found: what `heaplet flags --emscripten --profile hardened --stacks`
// prints behind the line. EMCC names another Emscripten.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { before, test } from 'node:test';
import { commandOf, known } from '../../tools/browsers.mjs';
import { findEmscripten, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { postedBy } from '../../tools/posted.mjs';
import { mistakes } from '../js/faults.mjs';
import { heapletFlags } from '../support/flags.mjs';
import { stacks } from '../support/stacks.mjs';

const emscripten = findEmscripten();
const skip = !emscripten && missing;
const place = `Emscripten ${emscripten?.version ?? ''}`;
const out = join(folder('build/test-c'));

/** Links a program as a user would. @returns {string} its path */
function link(source, output, ...args) {
  const program = join(out, `${output.replace('.', `-${emscripten.version}.`)}`);
  const [compiler, ...flags] = source.endsWith('.c') ? ['emcc'] : ['em++', '-std=c++20'];
  // The stacks are to have a function for each of the program's.
  const own = ['-O1', '-fno-builtin', '-fno-inline', '-sALLOW_MEMORY_GROWTH=1', `-I${path('wasm')}`];
  const library = args.includes('-pthread')
    ? []
    : heapletFlags('--emscripten', '--profile', 'hardened', '--stacks');
  runEmscripten(emscripten, [
    ...[compiler, ...flags, ...own, path(source), ...args],
    ...[...library, '-o', program],
  ]);
  return program;
}

/** @returns {(name: string) => { status: number | null, stdout: string, stderr: string }} */
function runs(...args) {
  const program = link(...args);
  return (name) =>
    spawnSync(process.execPath, [...emscripten.nodeFlags, program, name], { encoding: 'utf8' });
}

/** @param {string} caller */
const made = (caller) => `allocated at malloc < ${caller}`;
const freed = (caller) => `freed at free < ${caller}`;
const found = (caller) => `found at free < ${caller}`;
const drop = 'drop < ';

/** By the names of the mistakes of faults.c; what is below is main. */
const expected = {
  double_free: [made('double_free'), freed('double_free'), found('double_free')],
  double_free_later: [made, freed, found].map((stack) => stack('double_free_later')),
  double_free_merged: [made, freed, found].map((stack) => stack('double_free_merged')),
  free_interior: [made('free_interior'), found('free_interior')],
  free_global: ['found at free < free_global'],
  realloc_freed: [made('realloc_freed'), freed('realloc_freed'), 'found at realloc < realloc_freed'],
  usable_freed: [made('usable_freed'), freed('usable_freed'), 'found at malloc_usable_size < usable_freed'],
  overflow_byte: [made('overflow < overflow_byte'), found('overflow < overflow_byte')],
  overflow_realloc: [made('overflow_realloc'), 'found at realloc < overflow_realloc'],
  underflow_byte: [made('underflow < underflow_byte'), found('underflow < underflow_byte')],
  write_after_free_middle: [
    made('write_after_free < write_after_free_middle'),
    freed('write_after_free < write_after_free_middle'),
    'found at malloc < drain < write_after_free < write_after_free_middle',
  ],
  wrong_size: [made('wrong_size'), 'found at free_sized < wrong_size'],
};

let run;
let runNew;
let runOwn;
let runFew;
before(() => {
  if (skip) return;
  run = runs('bench/hardened/faults.c', 'faults-stacks.cjs');
  runNew = runs('bench/hardened/faults_new.cpp', 'faults_new-stacks.cjs');
  runOwn = runs('test/c/stacks.c', 'stacks.cjs');
  const few = join(out, 'few-stacks.js');
  writeFileSync(few, 'Module.heapletStacks = { frames: 2, blocks: 1000 };\n');
  runFew = runs('test/c/stacks.c', 'stacks-few.cjs', '--pre-js', few, '-O2');
});

for (const [name, lines] of Object.entries(expected))
  test(`${place}, stacks: ${name}`, { skip }, () => {
    const { status, stdout, stderr } = run(name);
    assert.notEqual(status, 0);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`^heaplet: ${mistakes[name].message}\n  (allocated|found) at:$`, 'm'));
    assert.deepEqual(
      stacks(stderr),
      lines.map((line) => `${line} < main`),
    );
  });

test(`${place}, stacks: of a program with assertions`, { skip }, () => {
  // Emscripten then watches every name of its library's that a program might take for one of Module's.
  const asserting = runs('bench/hardened/faults.c', 'faults-stacks-assertions.cjs', '-sASSERTIONS=1');
  assert.deepEqual(
    stacks(asserting('wrong_size').stderr),
    expected.wrong_size.map((line) => `${line} < main`),
  );
});

test(`${place}, stacks: of new`, { skip }, () => {
  const [first, second] = stacks(runNew('new_free').stderr);
  assert.match(first, /^allocated at malloc < (.* < )?operator new\(unsigned long\) < main$/);
  assert.match(second, /^found at free < main$/);
});

test(`${place}, stacks: of functions whose names have those of the heap in them`, { skip }, () => {
  // (`stacks` leaves "heaplet_" out.)
  const caller = 'void callMain<app::heaplet::Session>(char*) < main';
  const last = `free < app::heaplet::close(char*) < void heaplet::drop<int>(char*) < my_fault_handler < invokeEntryPoint < ${caller}`;
  const first = made('app::heaplet::open() < main');
  const threads = [
    '-Wno-pthreads-mem-growth',
    ...heapletFlags('--emscripten', '--profile', 'hardened', '--stacks', '--threads'),
  ];
  for (const [name, ...args] of [['stacks-names.cjs'], ['stacks-names-threads.cjs', ...threads]]) {
    const { stderr } = runs('test/c/stacks_names.cpp', name, ...args)('');
    assert.deepEqual(
      stacks(stderr.replaceAll(' by the main thread at:', ' at:')),
      [
        first,
        `found at ${caller}`,
        first,
        `freed at ${last}`,
        `found at ${caller}`,
        first,
        `freed at ${last}`,
        `found at ${last}`,
      ],
      name,
    );
  }
});

test(`${place}, stacks: nothing is said of a program without a mistake`, { skip }, () => {
  const { status, stdout, stderr } = run('sound');
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.equal(stdout, 'sound\nwent through\n');
});

test(`${place}, stacks: a realloc frees what it moves, and gives what it keeps a new stack`, { skip }, () => {
  assert.deepEqual(stacks(runOwn('moved').stderr), [
    made('make < moved < main'),
    'freed at realloc < enlarge < moved < main',
    found(`${drop}moved < main`),
  ]);
  for (const name of ['moved_to', 'shrunk'])
    assert.deepEqual(stacks(runOwn(name).stderr), [
      `allocated at realloc < enlarge < ${name} < main`,
      freed(`${drop}${name} < main`),
      found(`${drop}${name} < main`),
    ]);
});

test(`${place}, stacks: of a block that is in use, whoever had its place before`, { skip }, () => {
  const { status, stdout, stderr } = runOwn('reused');
  assert.equal(status, 0);
  assert.equal(stdout, 'reused\n');
  assert.deepEqual(stacks(stderr), [made('reused < main'), 'found at reused < main']);
});

test(`${place}, stacks: each function that allocates has one, and what is no block none`, { skip }, () => {
  assert.deepEqual(stacks(runOwn('others').stderr), [
    'allocated at calloc < others < main',
    'found at others < main',
    'allocated at aligned_alloc < others < main',
    'found at others < main',
    'found at others < main',
  ]);
});

test(`${place}, stacks: what is in use, by where it was allocated`, { skip }, () => {
  const { status, stderr } = runOwn('leaks');
  assert.equal(status, 0);
  assert.match(stderr, /^heaplet: no block is in use\n/);
  // What Emscripten itself may have stands among them.
  const lines = stderr.split(/^(?=heaplet: )/m);
  const own = lines.filter((line) => /leaks/.test(line));
  assert.deepEqual(
    own.map((text) => text.split('\n')[0]),
    [
      'heaplet: 200 bytes in 1 block are in use, allocated at:',
      'heaplet: 120 bytes in 3 blocks are in use, allocated at:',
    ],
  );
  assert.deepEqual(
    own.map((text) => stacks(text.replace(/^.*allocated at:/, '  allocated at:'))),
    [[made('leaks < main')], [made('make < leaks < main')]],
  );
});

test(`${place}, stacks: a fault that what prints it finds again`, { skip }, () => {
  const asking = join(out, 'asking-stacks.js');
  writeFileSync(
    asking,
    `Module.printErr = (line) => {
      console.error(line);
      Module._free(Module._malloc(1000));
    };
    `,
  );
  const args = ['--pre-js', asking, '-sEXPORTED_FUNCTIONS=_main,_malloc,_free'];
  const { status, stderr } = runs('test/c/stacks.c', 'stacks-asking.cjs', ...args)('again');
  assert.notEqual(status, 0);
  assert.equal(stderr.match(/^heaplet: write after free: 1000 bytes/gm)?.length, 1, stderr);
});

test(`${place}, stacks: so many frames, and so many blocks, as a program wants`, { skip }, () => {
  assert.deepEqual(stacks(runFew('moved').stderr), [
    made('make'),
    'freed at realloc < enlarge',
    'found at free < drop',
  ]);
  assert.deepEqual(stacks(runOwn('many').stderr), [made('make < many < main'), found('drop < many < main')]);
  assert.deepEqual(stacks(runFew('many').stderr), [
    'allocated at not kept: there were too many others',
    found('drop'),
  ]);
});

for (const browser of known) {
  const command = commandOf(browser);
  test(`${place}, stacks: in ${browser}`, {
    skip: skip || (command ? false : `${browser} is not on this machine`),
  }, async () => {
    const program = link('bench/hardened/faults.c', 'faults-stacks-page.js');
    const page = program.replace(/js$/, 'html');
    writeFileSync(
      page,
      `<script>
        let printed = '';
        const printErr = (line) => { printed += line + '\\n'; };
        var Module = { arguments: ['write_after_free_middle'], printErr };
        const told = setInterval(() => {
          if (!/found at/.test(printed)) return;
          clearInterval(told);
          fetch('/told', { method: 'POST', body: JSON.stringify(printed) });
        }, 20);
      </script>
      <script src="${basename(program)}"></script>`,
    );
    const printed = await postedBy(browser, command, relative(path('.'), page), {
      isolated: false,
    });
    assert.deepEqual(
      stacks(printed),
      expected.write_after_free_middle.map((line) => `${line} < main`),
    );
  });
}
