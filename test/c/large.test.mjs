// The largest block that C knows, and a memory of 4 GiB that is used to its end. It is reserved, but hardly touched.
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

for (const profile of profiles) {
  test(`wasi, ${profile}: 4 GiB`, async () => {
    const library = readFileSync(path(`dist/wasi/${profile}/libheaplet.a`));
    const files = { 'large.c': tree('test/c')['large.c'], 'libheaplet.a': library };
    const args = ['clang', '--target=wasm32-wasip1', '-O1', '-fno-builtin', ...Object.keys(files)];
    assert.equal(runCommand(await clang([...args, '-o', 'large.wasm'], files), ['large']), 0);
  });

  test(`Emscripten, ${profile}: 4 GiB`, { skip: !emscripten && missing }, () => {
    const program = join(folder('build/test-c'), 'large.cjs');
    const memory = ['-sALLOW_MEMORY_GROWTH=1', '-sMAXIMUM_MEMORY=4294967296', '-sABORTING_MALLOC=0'];
    const inputs = [path('test/c/large.c'), path(`dist/emscripten/${profile}/libheaplet.a`)];
    const args = ['emcc', '-O1', '-fno-builtin', '-sMALLOC=none', ...memory, ...inputs, '-o', program];
    runEmscripten(emscripten, args);
    const { status, stderr } = spawnSync(process.execPath, [...emscripten.nodeFlags, program]);
    assert.equal(status, 0, `line ${status}\n${stderr}`);
  });
}
