// Compiles the C++ tests for wasm32 and runs them in Node: the layout that ships, also on machines that have no native
// compiler. The machine's own clang takes a quarter of the time of npm's, where it has a C++ library for WASI.
// `node scripts/wasi-tests.mjs unit` runs one of them.
import { readdirSync } from 'node:fs';
import { clang } from '../tools/clang.mjs';
import { tree } from '../tools/files.mjs';
import { nativeClang } from '../tools/native-clang.mjs';
import { isProgram, path } from '../tools/paths.mjs';
import { runCommand } from '../tools/wasi.mjs';
import { findWasiSdk } from '../tools/wasi-sdk.mjs';

const inFolder = (folder) =>
  readdirSync(path(folder))
    .filter((file) => file.endsWith('.cpp'))
    .map((file) => `${folder}/${file}`);

const programs = {
  heap_model: { sources: ['test/model/heap_model.cpp'], arguments: ['smaller'] },
  unit: { sources: inFolder('test/unit'), arguments: [] },
  heap_fuzz: { sources: ['test/fuzz/heap_fuzz.cpp'], arguments: ['2'] },
};
export const names = Object.keys(programs);

const sdk = findWasiSdk();
const compiler = sdk?.cxx ? nativeClang(sdk) : clang;

async function passes(name) {
  const { sources, arguments: given } = programs[name];
  const wasm = await compiler(
    [
      'clang++',
      '--target=wasm32-wasip1',
      '-std=c++20',
      '-O1',
      '-fno-exceptions',
      '-Wall',
      '-Wextra',
      '-Wl,-z,stack-size=1048576', // heaps of tests lie on it
      '-I.',
      ...sources,
      '-o',
      'out.wasm',
    ],
    { src: tree('src'), wasm: tree('wasm'), test: tree('test') },
  );
  console.log(name);
  return runCommand(wasm, [name, ...given]) === 0;
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
