// `npm run bench:engines`: some rows of the benchmark in other engines, a column each. The modules are the same, linked.
// The engines take turns in nothing: compare the figures of one column, and columns only roughly.
//
//   --only REGEXP     allocators whose names match
//   --rows REGEXP     workloads whose names match
//   --engines REGEXP  engines whose names match
//   --rounds N        default 3
//   --scale N         of the operations, default 0.25
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folder } from '../../tools/paths.mjs';
import { progressLine } from '../../tools/progress.mjs';
import { find } from '../allocators/index.mjs';
import { withHarness } from '../build.mjs';
import { blocks, compact } from '../report/text.mjs';
import { callsOf, workloads } from '../workloads.mjs';
import { findEngines, jobFolder } from './engines.mjs';

const { values: options } = parseArgs({
  options: {
    only: {
      type: 'string',
      default: '^(heaplet .*|dlmalloc .wasi.|emmalloc|AssemblyScript|talc|wasmalloc|Zig)$',
    },
    rows: { type: 'string', default: '^(random|10k|trees|objects|queue|walk)$' },
    engines: { type: 'string', default: '.' },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '0.25' },
  },
});

const progress = progressLine();
const { allocators, missing } = find(new RegExp(options.only));
folder('build/engines');
const programs = {};
const left = [];
for (const [i, { name, build }] of allocators.filter(({ build }) => build).entries()) {
  progress.report(`building ${name}`);
  const [wasm] = (await withHarness(await build())).linked;
  // Not every engine has WASI, which mimalloc asks for.
  if (WebAssembly.Module.imports(new WebAssembly.Module(wasm)).length > 0) {
    left.push(`${name}: it imports WASI`);
    continue;
  }
  programs[name] = `${i}.wasm`;
  writeFileSync(join(jobFolder, programs[name]), wasm);
}
const scale = Number(options.scale);
const rows = workloads([])
  .filter(({ name, script }) => !script && new RegExp(options.rows).test(name))
  .map((workload) => {
    const operations = Math.round(workload.operations * scale);
    const { name, run, parameters } = workload;
    return { name, run, parameters, operations, calls: callsOf(workload, operations) };
  });
writeFileSync(
  join(jobFolder, 'job.json'),
  JSON.stringify({ programs, rows, rounds: Number(options.rounds) }),
);

const found = findEngines();
const engines = found.engines.filter(({ name }) => new RegExp(options.engines).test(name));
const results = {};
for (const { name, run } of engines) {
  progress.report(`measuring in ${name}`);
  try {
    results[name] = await run();
  } catch (error) {
    left.push(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
progress.end();

const columns = engines.filter(({ name }) => results[name]);
console.log(columns.map(({ name, title }) => `${name.padEnd(10)}${title}`).join('\n'));
for (const { name: row } of rows) {
  const cell = (engine, allocator) => compact(results[engine][row][allocator]);
  console.log(
    `\nNanoseconds a call: ${row}${blocks(
      Object.keys(programs),
      columns.map(({ name }) => name),
      cell,
    )}`,
  );
}
console.log();
for (const hint of [...missing, ...found.missing, ...left]) console.log(`left out: ${hint}`);
