// Records what real programs ask of their allocator: each is compiled with the npm clang and linked so that every
// call of malloc and its family is reported (bench/traces/record.c does it). A trace is kept until the program changes;
// tools/trace.mjs has its format.
import { readFileSync } from 'node:fs';
import { cached } from '../../tools/cache.mjs';
import { clang } from '../../tools/clang.mjs';
import { path } from '../../tools/paths.mjs';
import { instantiate } from '../../tools/wasi.mjs';
import { programs } from './programs.mjs';
import { record as recordDemo, recorder, wrapped } from './sqlite.mjs';

const target = ['--target=wasm32-wasip1', '-O1', '-w'];
const isCpp = (file) => /\.(cpp|cxx)$/.test(file);

/** The files that an argument like `folder/*.c` means. */
function expand(argument, sources) {
  const [folder, ending] = argument.split('/*');
  return ending
    ? Object.keys(sources[folder]).flatMap((name) => (name.endsWith(ending) ? [`${folder}/${name}`] : []))
    : [argument];
}

/** @returns {Promise<Uint8Array>} the program, whose allocations are reported */
async function build({ sources: tree, compile }) {
  const sources = tree();
  const flags = compile.filter((argument) => argument.startsWith('-'));
  const compiled = compile.filter((argument) => !flags.includes(argument));
  const folders = Object.entries(sources).filter(([, contents]) => !(contents instanceof Uint8Array));
  const objects = {};
  for (const file of compiled.flatMap((argument) => expand(argument, sources))) {
    const object = `${file.replaceAll('/', '-')}.o`;
    const cpp = isCpp(file) ? ['clang++', ...target, '-fno-exceptions'] : ['clang', ...target];
    const own = isCpp(file) ? flags : flags.filter((flag) => !flag.startsWith('-std='));
    // A package's file does not see the few lines of ours: they may change without compiling it anew.
    const seen = sources[file] ? sources : Object.fromEntries(folders);
    objects[object] = await clang([...cpp, ...own, '-c', file, '-o', object], seen);
  }
  objects['record.o'] = await clang(
    ['clang', ...target, '-fno-builtin', '-c', 'record.c', '-o', 'record.o'],
    {
      'record.c': readFileSync(path('bench/traces/record.c')),
    },
  );
  const args = ['clang++', ...target, '-mexec-model=reactor', '-Wl,-z,stack-size=262144'];
  args.push(...wrapped.map((name) => `-Wl,--wrap=${name}`), ...Object.keys(objects), '-o', 'program.wasm');
  return clang(args, objects);
}

/** Runs a program on its inputs. */
function run(wasm, inputs) {
  const { trace, imports } = recorder();
  const { exports } = instantiate(new WebAssembly.Module(wasm), { trace: imports });
  exports.start();
  for (const input of inputs) {
    const text = exports.malloc(input.length);
    new Uint8Array(exports.memory.buffer, text, input.length).set(input);
    exports.run(text, input.length);
    exports.free(text);
  }
  exports.stop?.();
  return trace.bytes();
}

/** The names of the traces that can be had, of those that are wanted. */
export const traceNames = (only) => [
  ...(only.test('sqlite') ? ['sqlite'] : []),
  ...programs.flatMap((program) => (only.test(program.name) && !program.missing() ? [program.name] : [])),
];

/**
 * Every trace that can be had.
 * @param {RegExp} only names to keep
 * @param {(text: string) => void} report
 * @returns {Promise<{ traces: { name: string, title: string, trace: Uint8Array }[], missing: string[] }>}
 */
export async function recordTraces(only, report) {
  const traces = [];
  const missing = [];
  if (only.test('sqlite')) {
    report('recording SQLite');
    const sources = {
      program: readFileSync(path('bench/traces/sqlite.mjs')),
      work: readFileSync(path('demo/workload.mjs')),
    };
    const trace = await cached(['trace', 'sqlite'], sources, recordDemo);
    traces.push({ name: 'sqlite', title: "SQLite, `npm start`'s work over 120,000 cities", trace });
  }
  for (const program of programs) {
    const { name, title } = program;
    if (!only.test(name)) continue;
    const hint = program.missing();
    if (hint) {
      missing.push(`trace of ${name}: ${hint}`);
      continue;
    }
    report(`recording ${name}`);
    const wasm = await build(program);
    const inputs = program.inputs();
    const trace = await cached(['trace', name], { wasm, ...inputs }, () => run(wasm, inputs));
    traces.push({ name, title, trace });
  }
  return { traces, missing };
}
