// Compiles the C++ tests for wasm32 with the npm build's own compiler and runs them in Node: the layout that ships,
// on machines that have no native compiler. `node scripts/wasi-tests.mjs unit` runs one of them.
import { readdirSync } from 'node:fs';
import { clang } from '../tools/clang.mjs';
import { tree } from '../tools/files.mjs';
import { isProgram, path } from '../tools/paths.mjs';
import { runCommand } from '../tools/wasi.mjs';

const inFolder = (folder) =>
  readdirSync(path(folder))
    .filter((file) => file.endsWith('.cpp'))
    .map((file) => `${folder}/${file}`);

const programs = {
  heap_model: { sources: ['test/model/heap_model.cpp'], arguments: ['first'] },
  unit: { sources: inFolder('test/unit'), arguments: [] },
  heap_fuzz: { sources: ['test/fuzz/heap_fuzz.cpp'], arguments: ['2'] },
};
export const names = Object.keys(programs);

async function passes(name) {
  const wasm = await clang(
    [
      'clang++',
      '--target=wasm32-wasip1',
      '-std=c++20',
      '-O2',
      '-fno-exceptions',
      '-Wall',
      '-Wextra',
      '-Wl,-z,stack-size=1048576', // heaps of tests lie on it
      '-I.',
      ...programs[name].sources,
      '-o',
      'out.wasm',
    ],
    { src: tree('src'), wasm: tree('wasm'), test: tree('test') },
  );
  console.log(name);
  return runCommand(wasm, [name, ...programs[name].arguments]) === 0;
}

if (isProgram(import.meta.url)) {
  const asked = process.argv.length > 2 ? process.argv.slice(2) : names;
  const unknown = asked.find((name) => !programs[name]);
  if (unknown) {
    console.error(`${unknown}: not one of ${names.join(', ')}`);
    process.exit(2);
  }
  let failures = 0;
  for (const name of asked) if (!(await passes(name))) failures += 1;
  process.exit(failures ? 1 : 0);
}
