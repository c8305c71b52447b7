// What malloc and free cost an Emscripten program that calls nothing else: `small` at most 800 B of wasm.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findEmscripten, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';

const most = 800;
const emscripten = findEmscripten();
const out = folder('build/test-c');

/** @returns {{wasm: number, js: number}} the bytes of the program's two files */
function link(name, ...args) {
  const program = join(out, `hello-${name}.cjs`);
  runEmscripten(emscripten, ['emcc', '-Oz', path('test/c/hello.c'), ...args, '-o', program]);
  const { stdout, stderr } = spawnSync(process.execPath, [...emscripten.nodeFlags, program], {
    encoding: 'utf8',
  });
  assert.equal(stdout.trim(), 'hello 1', stderr);
  const bytes = (file) => statSync(file).size;
  return { wasm: bytes(program.replace(/cjs$/, 'wasm')), js: bytes(program) };
}

const heaplet = (profile) => link(profile, '-sMALLOC=none', path(`dist/emscripten/${profile}/libheaplet.a`));

test('a hello-malloc on Emscripten at -Oz', { skip: !emscripten && missing }, (t) => {
  const none = link('none', '-DWITHOUT_MALLOC=1', '-sMALLOC=none');
  const rows = {
    small: heaplet('small'),
    fast: heaplet('fast'),
    emmalloc: link('emmalloc', '-sMALLOC=emmalloc'),
    dlmalloc: link('dlmalloc', '-sMALLOC=dlmalloc'),
  };
  t.diagnostic(`Emscripten ${emscripten.version}, bytes over no allocator: wasm, JavaScript`);
  for (const [name, { wasm, js }] of Object.entries(rows))
    t.diagnostic(
      `${name.padEnd(10)} ${String(wasm - none.wasm).padStart(6)} ${String(js - none.js).padStart(6)}`,
    );
  const cost = rows.small.wasm - none.wasm;
  assert(cost <= most, `small costs ${cost} B`);
  // Debian's compiler is the same everywhere: there every byte counts.
  if (emscripten.version === '3.1.6') assert.equal(cost, 688);
  // Its JavaScript asks for nothing that the others' does not: names differ by a few letters.
  assert(rows.small.js <= rows.dlmalloc.js + 8, `${rows.small.js - rows.dlmalloc.js} B more JavaScript`);
});
