// What `hardened` says of each mistake in a program, and that it ends there: under WASI and Emscripten, with and without an
// optimiser. EMCC names another Emscripten.
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

/**
 * A program of faults.c with a mistake's name. @returns what it printed, and how it ended
 * @typedef {(name: string) => { status: number | null, stdout: string, stderr: string }} Run
 */

/** @returns {Promise<Run>} */
async function wasi() {
  const target = '--target=wasm32-wasip1';
  const files = {
    'heaplet.o': await buildObject({ profile }),
    'faults.c': tree('test/c')['faults.c'],
    'heaplet.h': tree('wasm')['heaplet.h'],
  };
  const args = ['clang', target, '-O1', '-fno-builtin', '-I.', 'faults.c', 'heaplet.o', '-o', 'faults.wasm'];
  const program = join(out, 'faults-wasi.wasm');
  writeFileSync(program, await clang(args, files));
  // A process of its own: the message goes to its stderr, and a trap ends it.
  const code = `
    import { readFileSync } from 'node:fs';
    import { WASI } from 'node:wasi';
    const wasi = new WASI({ version: 'preview1', args: ['faults', process.argv[1]] });
    const module = await WebAssembly.compile(readFileSync(${JSON.stringify(program)}));
    process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));`;
  const flags = ['--no-warnings', '--no-turbo-fast-api-calls', '--input-type=module', '-e', code];
  return (name) => spawnSync(process.execPath, [...flags, name], { encoding: 'utf8' });
}

/** @returns {Promise<Run>} */
async function emcc() {
  const library = join(out, 'emscripten-hardened-faults.o');
  writeFileSync(library, await buildObject({ profile, target: 'emscripten' }));
  const program = join(out, 'faults.cjs');
  const flags = ['-O1', '-fno-builtin', '-sMALLOC=none', '-sALLOW_MEMORY_GROWTH=1', '-sEXIT_RUNTIME=1'];
  runEmscripten(emscripten, [
    'emcc',
    ...[...flags, `-I${path('wasm')}`, path('test/c/faults.c'), library],
    ...['-o', program],
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
  before(async () => {
    if (!skip) run = await build();
  });

  for (const [name, { message }] of Object.entries(mistakes)) {
    test(`${place}: ${name}`, { skip }, () => {
      const { status, stdout, stderr } = run(name);
      assert.equal(stdout, '');
      assert.notEqual(status, 0);
      assert.match(stderr, new RegExp(`^heaplet: ${message}$`, 'm'));
      assert.match(stderr, ends);
    });
  }

  for (const name of ['stale', 'sound']) {
    test(`${place}: ${name}`, { skip }, () => {
      const { status, stdout, stderr } = run(name);
      assert.equal(stderr, '');
      assert.equal(status, 0);
      assert.match(stdout, name === 'stale' ? /^stale: none\nwent through\n$/ : /^sound\nwent through\n$/);
    });
  }
}
