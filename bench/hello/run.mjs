// `npm run size:hello`: what malloc and free cost an Emscripten program that calls nothing else, in bytes of wasm and of
// JavaScript over the same program without them. The table is left in bench/results/hello.json, beside those of other
// versions of Emscripten: EMCC names one.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../tools/commands.mjs';
import { findEmscripten, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, isProgram, path } from '../../tools/paths.mjs';
import { keep, keptFigures } from '../../tools/results.mjs';
import { line, number } from '../../tools/text.mjs';
import { buildObject } from '../../wasm/build/modules.mjs';

/**
 * @param {import('../../tools/emscripten.mjs').Emscripten} emscripten
 * @returns {Record<string, { wasm: number, js: number }>} by allocator
 */
export function measure(emscripten) {
  const out = folder('build/hello');
  const link = (name, ...args) => {
    const program = join(out, `${name}.cjs`);
    runEmscripten(emscripten, ['emcc', '-Oz', path('bench/hello/hello.c'), ...args, '-o', program]);
    const { stdout } = run(process.execPath, [...emscripten.nodeFlags, program]);
    if (stdout.trim() !== 'hello 1') throw new Error(`${program} printed ${stdout}`);
    return { wasm: statSync(program.replace(/cjs$/, 'wasm')).size, js: statSync(program).size };
  };
  const none = link('none', '-DWITHOUT_MALLOC=1', '-sMALLOC=none');
  const costs = (...args) => {
    const { wasm, js } = link(...args);
    return { wasm: wasm - none.wasm, js: js - none.js };
  };
  const heaplet = (profile) =>
    costs(profile, '-sMALLOC=none', path(`dist/emscripten/${profile}/libheaplet.a`));
  return {
    'heaplet small': heaplet('small'),
    'heaplet fast': heaplet('fast'),
    emmalloc: costs('emmalloc', '-sMALLOC=emmalloc'),
    dlmalloc: costs('dlmalloc', '-sMALLOC=dlmalloc'),
  };
}

/**
 * What threads add: a program with -pthread over the same, whose malloc is compiled as if there were none.
 * @param {import('../../tools/emscripten.mjs').Emscripten} emscripten
 * @returns {Promise<Record<string, number>>} bytes of wasm, by profile
 */
export async function measureThreads(emscripten) {
  const out = folder('build/hello');
  const size = async (profile, threads) => {
    const [object, program] = ['o', 'cjs'].map((ending) => join(out, `${profile}-${threads}.${ending}`));
    writeFileSync(object, await buildObject({ profile, target: 'emscripten', threads }));
    const args = ['-Oz', '-pthread', '-sMALLOC=none', path('bench/hello/hello.c'), object, '-o', program];
    runEmscripten(emscripten, ['emcc', ...args]);
    return statSync(program.replace(/cjs$/, 'wasm')).size;
  };
  const found = {};
  for (const profile of ['small', 'lean', 'fast'])
    found[profile] = (await size(profile, 'pthreads')) - (await size(profile, 'none'));
  return found;
}

if (isProgram(import.meta.url)) {
  const emscripten = findEmscripten();
  if (!emscripten) {
    console.error(`size:hello needs ${missing}`);
    process.exit(1);
  }
  const rows = measure(emscripten);
  console.log(`Emscripten ${emscripten.version}, -Oz: bytes over the same program without malloc and free`);
  console.log(line(['', 'wasm', 'JavaScript'], 20, 12));
  for (const [name, { wasm, js }] of Object.entries(rows))
    console.log(line([name, number(wasm), number(js)], 20, 12));
  const added = await measureThreads(emscripten);
  console.log('what threads add to a program with -pthread, bytes of wasm');
  for (const [name, bytes] of Object.entries(added)) console.log(line([name, number(bytes)], 20, 12));
  const figures = { ...keptFigures('hello'), [emscripten.version]: rows };
  keep('hello', {
    command: 'npm run size:hello',
    versions: { Emscripten: Object.keys(figures).join(' and ') },
    figures,
  });
}
