// `npm run bench:threads`: what programs with threads pay for malloc, on Emscripten and natively. Each allocator is linked into
// the same program (workloads.c); natively it is preloaded. A process a run; the allocators take turns, and of some rounds the
// least of each counts. How long the longest call takes, most of which is to wait for a lock, a program of its own finds, which reads
// the clock around each. Left in bench/results/threads.json, and as build/bench/threads.html.
//
//     node bench/threads/run.mjs [--threads 1,2,4,8] [--rounds 3] [--scale 100] [--workloads random,pairs] [--alone] [--quick]
//
// `--alone`: nothing but what the locks cost a program with one thread (alone.mjs), which is left in threads-alone.json.
// `--quick`: a tenth of the work, one round, and nothing is kept; to see that all of it runs.
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { has, output, run } from '../../tools/commands.mjs';
import { findEmscripten, isOlder, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { keep } from '../../tools/results.mjs';
import { geometricMean } from '../../tools/statistics.mjs';
import { figure, line, number } from '../../tools/text.mjs';
import { threadsPage } from '../report/threads.mjs';
import { measureAlone } from './alone.mjs';
import { workloads } from './workloads.mjs';

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '1,2,4,8' },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '100' },
    workloads: { type: 'string', default: Object.keys(workloads).join() },
    alone: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});
const counts = options.threads.split(',').map(Number);
const rounds = options.quick ? 1 : Number(options.rounds);
const scale = options.quick ? '10' : options.scale;
const out = folder('build/bench-threads');
// Emscripten's programs are CommonJS, whatever stands in the folders above.
writeFileSync(join(out, 'package.json'), '{}');
const source = path('bench/threads/workloads.c');

/** @typedef {{ cpu: number, wall: number, peak: number, longest: number, pause: number }} Measured in ms and KiB */
/** @typedef {(...args: string[]) => Measured} Program */

/**
 * Both forms of a program as one.
 * @param {(timed: string, ...args: string[]) => string} run the plain one, or where `timed` says so the other; what it prints
 * @returns {Program}
 */
const both =
  (run) =>
  (...words) => {
    const { longest, pause } = JSON.parse(run('-timed', ...words));
    return { ...JSON.parse(run('', ...words)), longest, pause };
  };

const macro = (timed) => (timed ? ['-DTIMED=1'] : []);

/** @returns {Record<string, Program>} one for each allocator, by Emscripten */
function emscriptenPrograms(emscripten) {
  const settings = [
    ...['-O2', '-fno-builtin', '-pthread', '-sPTHREAD_POOL_SIZE=9', '-sALLOW_MEMORY_GROWTH=1'],
    ...['-sPROXY_TO_PTHREAD=1', '-sEXIT_RUNTIME=1', '-Wno-pthreads-mem-growth'],
  ];
  const program = (name, ...args) => {
    const file = (timed) => join(out, `${name}${timed}.js`);
    for (const timed of ['', '-timed'])
      runEmscripten(emscripten, ['emcc', source, ...settings, ...args, ...macro(timed), '-o', file(timed)]);
    const command = (timed, words) => [...emscripten.nodeFlags, file(timed), ...words];
    return both(
      (timed, ...words) => run(process.execPath, command(timed, words), { timeout: 300_000 }).stdout,
    );
  };
  const heaplet = (profile) => ['-sMALLOC=none', path(`dist/emscripten/${profile}/libheaplet-threads.a`)];
  return {
    dlmalloc: program('dlmalloc', '-sMALLOC=dlmalloc'),
    emmalloc: program('emmalloc', '-sMALLOC=emmalloc'),
    ...(!isOlder(emscripten.version, '3.1.60') && { mimalloc: program('mimalloc', '-sMALLOC=mimalloc') }),
    'heaplet small': program('small', ...heaplet('small')),
    'heaplet fast': program('fast', ...heaplet('fast')),
  };
}

/** Bytes that malloc and free add to a program with threads that calls nothing else. */
function sizes(emscripten) {
  const link = (name, ...args) => {
    const file = join(out, `hello-${name}.js`);
    runEmscripten(emscripten, ['emcc', '-Oz', '-pthread', path('bench/hello/hello.c'), ...args, '-o', file]);
    return statSync(file.replace(/js$/, 'wasm')).size;
  };
  // Emscripten's threads call malloc themselves: so the smallest is what others are compared with.
  const heaplet = (profile, name = 'libheaplet-threads.a') =>
    link(profile, '-sMALLOC=none', path(`dist/emscripten/${profile}/${name}`));
  const found = {
    'heaplet small': heaplet('small'),
    'heaplet fast': heaplet('fast'),
    'heaplet hardened': heaplet('hardened'),
    emmalloc: link('emmalloc', '-sMALLOC=emmalloc'),
    dlmalloc: link('dlmalloc', '-sMALLOC=dlmalloc'),
  };
  return isOlder(emscripten.version, '3.1.60')
    ? found
    : { ...found, mimalloc: link('mimalloc', '-sMALLOC=mimalloc') };
}

/** @returns {Record<string, Program>} by what is preloaded */
function nativePrograms() {
  if (process.platform !== 'linux' || !has('cmake') || !has('cc')) return {};
  const file = join(out, 'native');
  for (const timed of ['', '-timed'])
    run('cc', ['-O2', '-fno-builtin', '-pthread', ...macro(timed), source, '-o', `${file}${timed}`]);
  const cmake = join(out, 'override');
  run('cmake', ['-S', path('.'), '-B', cmake, '-DHEAPLET_TESTS=OFF']);
  run('cmake', ['--build', cmake, '--target', 'heaplet-override']);
  const folders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'];
  const installed = (name) => folders.map((place) => join(place, name)).find((place) => existsSync(place));
  const libraries = {
    glibc: '',
    mimalloc: installed('libmimalloc.so.2'),
    jemalloc: installed('libjemalloc.so.2'),
    tcmalloc: installed('libtcmalloc_minimal.so.4'),
    'heaplet fast': join(cmake, 'libheaplet-override.so'),
  };
  const absent = Object.keys(libraries).filter((name) => libraries[name] === undefined);
  if (absent.length)
    console.log(
      `\nnot measured natively: ${absent.join(', ')} (Debian: libmimalloc2.0 libjemalloc2 libtcmalloc-minimal4)`,
    );
  return Object.fromEntries(
    Object.entries(libraries)
      .filter(([, library]) => library !== undefined)
      .map(([name, library]) => [
        name,
        both((timed, ...words) => {
          const env = { ...process.env, LD_PRELOAD: library };
          return run(`${file}${timed}`, words, { env }).stdout;
        }),
      ]),
  );
}

/**
 * @param {Record<string, Program>} programs
 * @returns {{ workload: string, threads: number, results: Record<string, Measured> }[]}
 */
function measure(programs) {
  const rows = [];
  for (const workload of options.workloads.split(',')) {
    for (const threads of counts) {
      /** @type {Record<string, Measured>} */
      const results = {};
      for (let round = 0; round < rounds; ++round)
        for (const [name, program] of Object.entries(programs)) {
          const measured = program(workload, String(threads), scale);
          const before = results[name] ?? measured;
          for (const what of Object.keys(measured))
            measured[what] = Math[what === 'peak' ? 'max' : 'min'](measured[what], before[what]);
          results[name] = measured;
        }
      rows.push({ workload, threads, results });
      const reference = Object.values(results)[0].cpu;
      const cells = Object.values(results).map(({ cpu }) => (cpu / reference).toFixed(2));
      console.log(line([`${workload} ${threads}`, ...cells], 16, 15));
    }
  }
  return rows;
}

/** Prints the means, and gives all. */
function part(title, programs) {
  const names = Object.keys(programs);
  console.log(`\n${title}: processor time to that of ${names[0]}`);
  console.log(line(['', ...names], 16, 15));
  const rows = measure(programs);
  const means = (what) => {
    for (const threads of counts) {
      const at = rows.filter((row) => row.threads === threads);
      const mean = (name) =>
        geometricMean(at.map(({ results }) => results[name][what] / results[names[0]][what]));
      console.log(line([`mean ${threads}`, ...names.map((name) => mean(name).toFixed(2))], 16, 15));
    }
  };
  means('cpu');
  console.log("the clock's time");
  means('wall');
  const most = Math.max(...counts);
  console.log(`the longest call at ${most} threads, ms (in brackets: the longest pause between two)`);
  for (const { workload, results } of rows.filter(({ threads }) => threads === most)) {
    const cells = names.map((name) => `${figure(results[name].longest)} (${figure(results[name].pause)})`);
    console.log(line([workload, ...cells], 16, 15));
  }
  return rows;
}

const emscripten = findEmscripten();
if (!emscripten) {
  console.error(`bench:threads needs ${missing}`);
  process.exit(1);
}
const compilers = { Emscripten: emscripten.version, node: process.versions.node };
const alone = measureAlone(emscripten, out, { workloads: options.workloads.split(','), rounds, scale });
if (!options.quick)
  keep('threads-alone', { command: 'npm run bench:threads -- --alone', versions: compilers, figures: alone });
if (options.alone) process.exit();
const figures = {
  sizes: sizes(emscripten),
  emscripten: part(`Emscripten ${emscripten.version}`, emscriptenPrograms(emscripten)),
};
const native = nativePrograms();
if (Object.keys(native).length) figures.native = part('natively', native);
console.log('\nbytes of a program with malloc and free');
for (const [name, bytes] of Object.entries(figures.sizes)) console.log(line([name, number(bytes)], 20, 10));
const measured = {
  command: 'npm run bench:threads',
  versions: {
    ...compilers,
    ...(native.glibc && { glibc: output('ldd', '--version')?.match(/[\d.]+$/m)?.[0] ?? 'unknown' }),
  },
  figures,
};
writeFileSync(join(folder('build/bench'), 'threads.html'), threadsPage(measured));
if (!options.quick) keep('threads', measured);
