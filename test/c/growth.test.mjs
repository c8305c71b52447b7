// What buffers that grow by realloc take of memory, linked by each toolchain: one at the end of memory grows where it
// is, and two that grow in turn take no more than with the toolchain's own malloc.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { tree } from '../../tools/files.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { profiles } from '../../wasm/build/modules.mjs';

const emscripten = findEmscripten();
const out = folder('build/test-c');

/** The most that a buffer may take, in hundredths of its size. */
const most = (profile) => (profile === 'small' ? 210 : 110);

function expectGrowth(t, name, profile, heaplet, theirs) {
  const [one, two] = [heaplet(1), heaplet(2)];
  t.diagnostic(`${name}, ${profile}: ${one}% for one buffer, ${two}% for two (dlmalloc: ${theirs}%)`);
  assert(one >= 100 && one <= most(profile), `${one}% of a buffer's size`);
  assert(two >= 200 && two <= theirs, `${two}% of the size of two buffers, dlmalloc ${theirs}%`);
}

async function wasi(profile) {
  const files = { 'growth.c': tree('test/c')['growth.c'] };
  if (profile) files['libheaplet.a'] = readFileSync(path(`dist/wasi/${profile}/libheaplet.a`));
  const args = ['clang', '--target=wasm32-wasip1', '-O1', '-fno-builtin', ...Object.keys(files)];
  const wasm = await clang([...args, '-o', 'growth.wasm'], files);
  return (buffers) => runCommand(wasm, ['growth', String(buffers)]);
}

function linked(profile) {
  const program = join(out, `growth-${profile ?? 'dlmalloc'}.cjs`);
  const malloc = profile
    ? ['-sMALLOC=none', path(`dist/emscripten/${profile}/libheaplet.a`)]
    : ['-sMALLOC=dlmalloc'];
  const memory = ['-sALLOW_MEMORY_GROWTH=1', '-sMAXIMUM_MEMORY=1073741824'];
  runEmscripten(emscripten, [
    'emcc',
    '-O1',
    '-fno-builtin',
    path('test/c/growth.c'),
    ...malloc,
    ...memory,
    '-o',
    program,
  ]);
  return (buffers) => {
    const args = [...emscripten.nodeFlags, program, String(buffers)];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return Number(stdout);
  };
}

/** What two buffers take with a toolchain's own malloc, in hundredths: it copies tens of gigabytes, so once is enough. */
const own = {};

for (const profile of profiles) {
  test(`wasi, ${profile}: growing buffers`, async (t) => {
    own.wasi ??= (await wasi())(2);
    expectGrowth(t, 'wasi', profile, await wasi(profile), own.wasi);
  });

  test(`Emscripten, ${profile}: growing buffers`, { skip: !emscripten && missing }, (t) => {
    own.emscripten ??= linked()(2);
    expectGrowth(t, `Emscripten ${emscripten.version}`, profile, linked(profile), own.emscripten);
  });
}
