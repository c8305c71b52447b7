// `npm run bench:arm`: heaplet's core and others on an emulated Cortex-M4F, without a libc, in a static pool:
// instructions a call, which the emulator counts exactly. It fails where heaplet takes more than it should. The table is left
// in bench/results/arm.json; with --check it fails if the same compilers once made another.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { findArm, missing } from '../../tools/arm.mjs';
import { run } from '../../tools/commands.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { compareWithKept, keep, results as kept } from '../../tools/results.mjs';
import { rust } from '../../tools/rust.mjs';
import { line as tableLine } from '../../tools/text.mjs';
import { cargo } from '../allocators/cargo.mjs';

const processor = ['-mcpu=cortex-m4', '-mthumb', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard'];
const common = [...processor, '-O3', '-ffreestanding', '-ffunction-sections', '-fdata-sections'];

const found = findArm();
if (!found) {
  console.error(`bench:arm needs ${missing}`);
  process.exit(1);
}
const { emulator } = found;

/** @typedef {[command: string, flags: string[]]} Compiler */

/** @type {Compiler} */
const compiler = [found.cc, common];
/** @type {Compiler} */
const cpp = [found.cxx, [...common, '-std=c++20', '-fno-exceptions', '-fno-rtti', '-fno-builtin']];

/** The most instructions a call, over all ranges, that heaplet may take: a regression is more. */
const limit = 81;

const out = folder('build/bench/arm');

/**
 * Compiles one file of this folder.
 * @param {Compiler} compiler
 * @param {string} source
 * @param {string[]} [defines]
 */
function object([command, flags], source, defines = []) {
  const file = join(out, `${source}${defines.join('')}.o`);
  run(command, [...flags, ...defines, '-c', path(`bench/arm/${source}`), '-o', file]);
  return file;
}

/** @returns {Promise<string>} an archive of a Rust allocator */
async function archive(feature) {
  const file = join(out, `${feature}.a`);
  const target = 'thumbv7em-none-eabihf';
  writeFileSync(file, await cargo('embedded', [feature], { target, product: 'libembedded.a' }));
  return file;
}

const heaplet = (bits, quick) => async () => [
  object(cpp, 'heaplet.cpp', [`-DHEAPLET_SECOND_LEVEL=${bits}`, `-DHEAPLET_QUICK_BLOCKS=${quick}`]),
];
const nano = ['--specs=nano.specs'];

/** @typedef {[name: string, linked: () => Promise<string | string[]>, linkerFlags?: string[]]} Allocator */

/** @type {Allocator[]} */
const inRust = [
  ['rlsf', () => archive('rlsf')],
  ['buddy-alloc', () => archive('buddy')],
];

/** @type {Allocator[]} */
const allocators = [
  ['nothing', async () => [object(compiler, 'nothing.c')]],
  ['heaplet, 2 lists', heaplet(1, 0)],
  ['heaplet, 16 lists', heaplet(4, 0)],
  ['heaplet, quick lists', heaplet(4, 64)],
  ['newlib', async () => [object(compiler, 'newlib.c')], ['-lc']],
  ['newlib-nano', async () => [object(compiler, 'newlib.c')], [...nano, '-lc']],
  ...(rust ? inRust : []),
];

/** @returns {{ least: number, most: number, calls: number, instructions: number }[]} for each range of sizes */
function measure(program) {
  const board = [
    '-machine',
    'mps2-an386',
    '-icount',
    'shift=0',
    '-nographic',
    '-monitor',
    'none',
    '-serial',
    'none',
  ];
  const { stdout, stderr } = run(
    emulator,
    [...board, '-semihosting-config', 'enable=on,target=native', '-kernel', program],
    { timeout: 120_000 },
  );
  const output = stdout + stderr;
  const rows = output
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  if (rows.length !== 10 || rows.flat().some(Number.isNaN)) throw new Error(`${program} printed\n${output}`);
  return rows.map(([least, most, calls, instructions]) => ({ least, most, calls, instructions }));
}

const stress = object(cpp, 'stress.cpp');
const results = new Map();
for (const [name, build, linking = []] of allocators) {
  const parts = [await build()].flat();
  const program = join(out, `${name.replaceAll(/\W+/g, '-')}.elf`);
  const script = ['-nostartfiles', '-nodefaultlibs', '-T', path('bench/arm/board.ld'), '-Wl,--gc-sections'];
  run(cpp[0], [...processor, ...script, stress, ...parts, ...linking, '-lgcc', '-o', program]);
  results.set(name, measure(program));
}

const idle = results.get('nothing');
const columns = idle.map(({ least, most }) => `${least}-${most}`);
/** Instructions a call without those of the test. */
const figures = (name) =>
  results.get(name).map(({ instructions, calls }, i) => (instructions - idle[i].instructions) / calls);

const line = (name, cells) => tableLine([name, ...cells], 20, 8);
console.log(`Instructions a call on a Cortex-M4F, static pool of 64 KiB, aligned to 4 to 32 bytes
${found.versions.join('\n')}${rust ? `\nrustc ${rust.version}` : ''}

${[0, 5]
  .map((from) =>
    [
      line('bytes', columns.slice(from, from + 5)),
      ...[...results.keys()]
        .filter((name) => name !== 'nothing')
        .map((name) =>
          line(
            name,
            figures(name)
              .slice(from, from + 5)
              .map((value) => value.toFixed(0)),
          ),
        ),
    ].join('\n'),
  )
  .join('\n\n')}
`);
const [gcc, qemu] = found.versions;
const versions = {
  gcc: gcc.replace(/^\S+ /, ''),
  qemu: qemu.replace(/.*version /, ''),
  ...(rust ? { rustc: rust.version } : {}),
};
const rows = [...results.keys()]
  .filter((name) => name !== 'nothing')
  .map((allocator) => ({
    allocator,
    instructions: Object.fromEntries(figures(allocator).map((value, i) => [columns[i], Math.round(value)])),
  }));
if (!process.argv.includes('--check')) keep('arm', { command: 'npm run bench:arm', versions, figures: rows });
else if (isDeepStrictEqual(kept('arm').versions, versions)) compareWithKept('arm', rows);

if (!rust)
  console.log('left out: rlsf, buddy-alloc: cargo with the sources of its library (Debian: rust-web-src)');
for (const name of [...results.keys()].filter((each) => each.startsWith('heaplet'))) {
  const most = Math.max(...figures(name));
  if (most > limit) {
    console.error(`too much: ${name} takes ${most.toFixed(0)} instructions a call: the limit is ${limit}`);
    process.exitCode = 1;
  }
}
