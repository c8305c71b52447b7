// What malloc and free cost an Emscripten program that calls nothing else: `small` at most 800 B of wasm.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure, measureThreads } from '../../bench/hello/run.mjs';
import { findEmscripten, missing } from '../../tools/emscripten.mjs';
import { results } from '../../tools/results.mjs';

const most = 800;
const emscripten = findEmscripten();

test('a hello-malloc on Emscripten at -Oz', { skip: !emscripten && missing }, () => {
  const rows = measure(emscripten);
  const { 'heaplet small': small, dlmalloc } = rows;
  assert(small.wasm <= most, `small costs ${small.wasm} B`);
  // Debian's compiler is the same everywhere: there every byte counts.
  const kept = results('hello').figures;
  if (emscripten.version === '3.1.6') assert.deepEqual(rows, kept['3.1.6'], 'npm run size:hello');
  // Its JavaScript asks for nothing that the others' does not: names differ by a few letters.
  assert(small.js <= dlmalloc.js + 8, `${small.js - dlmalloc.js} B more JavaScript`);
});

test('what threads add to a program with -pthread', { skip: !emscripten && missing }, async () => {
  const { small, lean, fast } = await measureThreads(emscripten);
  assert(small <= 400, `${small} B to small, which is the lock`);
  // What `fast` has without threads, slabs, it has not with them: so it is what they add to `lean` that counts.
  assert(lean <= 3400 && fast <= lean, `${lean} B to lean, ${fast} to fast`);
});
