// What `hardened` says of each mistake in a program, and that it ends there: under WASI and Emscripten. EMCC names another Emscripten.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, runEmscripten, missing as withoutEmscripten } from '../../tools/emscripten.mjs';
import { tree } from '../../tools/files.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { buildObject } from '../../wasm/build/modules.mjs';
import { mistakes } from '../js/faults.mjs';

const out = folder('build/test-c');
const emscripten = findEmscripten();
const profile = 'hardened';

/** @param {string} maker @param {string} giver */
const wrong = (maker, giver) =>
  `wrong function: 40 bytes at 0x[0-9a-f]+ \\(${maker} #\\d+\\) are given back by ${giver}`;

/** Those of faults_new.cpp. */
const mistakesOfNew = {
  new_free: wrong('new', 'free'),
  new_delete_array: wrong('new', 'delete\\[\\]'),
  array_delete: wrong('new\\[\\]', 'delete'),
  malloc_delete: wrong('malloc', 'delete'),
  delete_wrong_size:
    'wrong size: 40 bytes at 0x[0-9a-f]+ \\(new #\\d+\\) are given back as 48; found by delete',
};

/** Those of faults.c for which something else is needed: docs/debugging.md says what. */
const notSeen = [
  'read_past_end',
  'read_after_free',
  'write_past_end_kept',
  'write_far',
  'write_past_local',
  'write_past_global',
];

/**
 * A program of faults.c with a mistake's name. @returns what it printed, and how it ended
 * @typedef {(name: string) => { status: number | null, stdout: string, stderr: string }} Run
 */

/** @param {string} program a file's name: C, or C++ @returns {Promise<Run>} */
async function wasi(program) {
  const files = {
    'heaplet.o': await buildObject({ profile }),
    [program]: tree('bench/hardened')[program],
    'heaplet.h': tree('wasm')['heaplet.h'],
    'heaplet_new.hpp': tree('wasm')['heaplet_new.hpp'],
  };
  const [compiler, ...flags] = program.endsWith('.c')
    ? ['clang']
    : ['clang++', '-std=c++20', '-fno-exceptions'];
  const target = [compiler, '--target=wasm32-wasip1', ...flags, '-O1', '-fno-builtin', '-I.'];
  const wasm = join(out, `${program}-wasi.wasm`);
  writeFileSync(wasm, await clang([...target, program, 'heaplet.o', '-o', 'faults.wasm'], files));
  // A process of its own: the message goes to its stderr, and a trap ends it.
  const code = `
    import { readFileSync } from 'node:fs';
    import { WASI } from 'node:wasi';
    const wasi = new WASI({ version: 'preview1', args: ['faults', process.argv[1]] });
    const module = await WebAssembly.compile(readFileSync(${JSON.stringify(wasm)}));
    process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));`;
  const node = ['--no-warnings', '--no-turbo-fast-api-calls', '--input-type=module', '-e', code];
  return (name) => spawnSync(process.execPath, [...node, name], { encoding: 'utf8' });
}

/** @param {string} source @returns {Promise<Run>} */
async function emcc(source) {
  const library = join(out, 'emscripten-hardened-faults.o');
  writeFileSync(library, await buildObject({ profile, target: 'emscripten' }));
  const program = join(out, `${source}.cjs`);
  const [compiler, ...flags] = source.endsWith('.c') ? ['emcc'] : ['em++', '-std=c++20'];
  const memory = ['-sMALLOC=none', '-sALLOW_MEMORY_GROWTH=1', '-sEXIT_RUNTIME=1'];
  runEmscripten(emscripten, [
    ...[compiler, ...flags, '-O1', '-fno-builtin', ...memory, `-I${path('wasm')}`],
    ...[path(`bench/hardened/${source}`), library, '-o', program],
  ]);
  return (name) =>
    spawnSync(process.execPath, [...emscripten.nodeFlags, program, name], { encoding: 'utf8' });
}

const places = {
  WASI: { build: wasi, skip: false, ends: /heaplet_fault_|unreachable|RuntimeError/ },
  [`Emscripten ${emscripten?.version ?? ''}`]: {
    build: emcc,
    skip: !emscripten && withoutEmscripten,
    ends: /Aborted|abort/,
  },
};

for (const [place, { build, skip, ends }] of Object.entries(places)) {
  /** @type {Run} */
  let run;
  /** @type {Run} */
  let runNew;
  before(async () => {
    if (skip) return;
    run = await build('faults.c');
    runNew = await build('faults_new.cpp');
  });

  const found = ({ status, stdout, stderr }, message) => {
    assert.equal(stdout, '');
    assert.notEqual(status, 0);
    assert.match(stderr, new RegExp(`^heaplet: ${message}$`, 'm'));
    assert.match(stderr, ends);
  };
  for (const [name, { message }] of Object.entries(mistakes))
    test(`${place}: ${name}`, { skip }, () => found(run(name), message));
  for (const [name, message] of Object.entries(mistakesOfNew))
    test(`${place}, C++: ${name}`, { skip }, () => found(runNew(name), message));

  for (const name of notSeen)
    test(`${place}: ${name} goes on unnoticed`, { skip }, () => {
      const { status, stdout, stderr } = run(name);
      assert.deepEqual([status, stdout, stderr], [0, 'went through\n', '']);
    });

  for (const [name, of, expected] of /** @type {[string, () => Run, RegExp][]} */ ([
    ['stale', () => run, /^stale: none\nwent through\n$/],
    ['sound', () => run, /^sound\nwent through\n$/],
    ['sound', () => runNew, /^went through\n$/],
  ])) {
    test(`${place}: ${name}`, { skip }, () => {
      const { status, stdout, stderr } = of()(name);
      assert.equal(stderr, '');
      assert.equal(status, 0);
      assert.match(stdout, expected);
    });
  }
}
