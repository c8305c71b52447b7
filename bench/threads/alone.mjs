// What a program with one thread pays for a malloc that is made for many: the same workloads, done by main, in a build without
// threads and in one with them, each over the `fast` that it links. dlmalloc's two builds stand beside them: what the engine
// itself makes of a shared memory is in both.
import { join } from 'node:path';
import { run } from '../../tools/commands.mjs';
import { runEmscripten } from '../../tools/emscripten.mjs';
import { path } from '../../tools/paths.mjs';
import { geometricMean } from '../../tools/statistics.mjs';
import { line } from '../../tools/text.mjs';

const heaplet = (library) => ['-sMALLOC=none', path(`dist/emscripten/fast/${library}.a`)];
const threads = ['-pthread', '-Wno-pthreads-mem-growth'];
const builds = {
  'heaplet fast': { without: heaplet('libheaplet'), with: [...threads, ...heaplet('libheaplet-threads')] },
  dlmalloc: { without: ['-sMALLOC=dlmalloc'], with: [...threads, '-sMALLOC=dlmalloc'] },
};

/**
 * @param {import('../../tools/emscripten.mjs').Emscripten} emscripten
 * @param {string} out a folder
 * @param {{ workloads: string[], rounds: number, scale: string }} how
 * @returns {Record<string, Record<string, { without: number, with: number }>>} ms of the processor, by allocator and workload
 */
export function measureAlone(emscripten, out, { workloads, rounds, scale }) {
  const source = path('bench/threads/workloads.c');
  const settings = ['-O2', '-fno-builtin', '-DALONE=1', '-sALLOW_MEMORY_GROWTH=1', '-sEXIT_RUNTIME=1'];
  const file = (name, form) => join(out, `alone-${name.replace(' ', '-')}-${form}.js`);
  for (const [name, forms] of Object.entries(builds))
    for (const [form, args] of Object.entries(forms))
      runEmscripten(emscripten, ['emcc', source, ...settings, ...args, '-o', file(name, form)]);

  const found = Object.fromEntries(Object.keys(builds).map((name) => [name, {}]));
  console.log('\none thread: processor time of a build with threads to one without');
  const names = Object.keys(builds);
  console.log(line(['', ...names], 16, 15));
  for (const workload of workloads) {
    for (let round = 0; round < rounds; ++round)
      for (const name of names)
        for (const form of ['without', 'with']) {
          const command = [...emscripten.nodeFlags, file(name, form), workload, '1', scale];
          const { cpu } = JSON.parse(run(process.execPath, command, { timeout: 300_000 }).stdout);
          found[name][workload] ??= { without: Infinity, with: Infinity };
          found[name][workload][form] = Math.min(cpu, found[name][workload][form]);
        }
    console.log(line([workload, ...names.map((name) => ratio(found[name][workload]).toFixed(2))], 16, 15));
  }
  const mean = (name) => geometricMean(Object.values(found[name]).map(ratio));
  console.log(line(['mean', ...names.map((name) => mean(name).toFixed(2))], 16, 15));
  return found;
}

const ratio = (cell) => cell.with / cell.without;
