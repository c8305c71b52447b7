// Compiles the C++ tests for wasm32 with the npm build's own compiler and runs them in Node: the layout that ships,
// on machines that have no native compiler.
import { readdirSync } from 'node:fs';
import { clang } from '../tools/clang.mjs';
import { tree } from '../tools/files.mjs';
import { path } from '../tools/paths.mjs';
import { runCommand } from '../tools/wasi.mjs';

const programs = [
  { name: 'unit', folder: 'test/unit', arguments: [] },
  { name: 'heap_model', source: 'test/model/heap_model.cpp', arguments: ['first'] },
  { name: 'heap_fuzz', source: 'test/fuzz/heap_fuzz.cpp', arguments: ['2'] },
];

let failures = 0;
for (const { name, folder: unit, source, arguments: args } of programs) {
  const sources = source
    ? [source]
    : readdirSync(path(unit))
        .filter((file) => file.endsWith('.cpp'))
        .map((file) => `${unit}/${file}`);
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
      ...sources,
      '-o',
      'out.wasm',
    ],
    { src: tree('src'), wasm: tree('wasm'), test: tree('test') },
  );
  console.log(name);
  const status = runCommand(wasm, [name, ...args]);
  if (status !== 0) failures += 1;
}
process.exit(failures ? 1 : 0);
