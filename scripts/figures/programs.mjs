// What the texts say of `npm run bench:programs`.
import { results } from '../../tools/results.mjs';
import { number } from '../../tools/text.mjs';
import { kb, mib, named, range, table } from './format.mjs';

const parts = () => Object.entries(results('programs').figures);

const rowOf = (rows, program, allocator) =>
  rows.find((row) => row.program === program && row.allocator === allocator);

/**
 * @param {string} program
 * @param {string} [word] only toolchains with this in their names: `npm`
 */
export function programs(program, word = '') {
  const found = parts().filter(([toolchain]) => toolchain.includes(word));
  const lines = found.flatMap(([toolchain, { rows }]) => {
    const own = rows.filter((row) => row.program === program);
    const reference = rowOf(own, program, 'dlmalloc').bytes;
    return own.map(({ allocator, bytes, ratio, low, high, memory, heap }, i) => [
      i ? '' : toolchain,
      allocator,
      number(bytes),
      allocator === 'dlmalloc' ? '' : number(reference - bytes),
      ratio.toFixed(2),
      `${low.toFixed(2)}-${high.toFixed(2)}`,
      mib(memory),
      heap.toFixed(3),
    ]);
  });
  const heads = ['module, bytes', 'less', 'time to best own', 'spread', 'memory, MiB', 'heap ratio'];
  return table([['toolchain', 'allocator', ...heads], ...lines]);
}

/** Each program on each toolchain that has both allocators. */
const pairs = (program, toolchain, ...words) => {
  const all = parts().flatMap(([, { rows }]) => rows.map(({ allocator }) => allocator));
  const [one, other] = words.map((each) => named(all, each));
  const found = parts()
    .filter(([name]) => toolchain === 'all' || name.startsWith(toolchain))
    .flatMap(([, { rows }]) => {
      const programs = new Set(
        rows.map((row) => row.program).filter((name) => ['all', name].includes(program)),
      );
      return [...programs].map((name) => [rowOf(rows, name, one), rowOf(rows, name, other)]);
    })
    .filter(([left, right]) => left && right);
  if (!found.length) throw new Error(`no such figure: ${[program, toolchain, one, other].join(', ')}`);
  return found;
};

/**
 * By how many KB a module is smaller, over all programs and toolchains: `8.6 to 10.2`.
 * @param {string} allocator
 * @param {string} [reference]
 */
export const less = (allocator, reference = 'dlmalloc') =>
  range(
    pairs('all', 'all', allocator, reference).map(([one, other]) => other.bytes - one.bytes),
    (bytes) => kb(bytes),
  );

const ratios = (what, program, toolchain, allocator, reference) =>
  pairs(program, toolchain, allocator, reference).map(([one, other]) => one[what] / other[what]);

/**
 * The time of one allocator to that of another: `1.00 to 1.06`.
 * @param {string} program or `all`
 * @param {string} toolchain how its name begins: `WASI`, `Emscripten`; or `all`
 */
export const programTime = (program, toolchain, allocator, reference = 'dlmalloc', digits = '2') =>
  range(ratios('ratio', program, toolchain, allocator, reference), (value) => value.toFixed(Number(digits)));

/** Without a sign before 0. */
const percent = (value) => String(Math.round(value * 100) + 0);

/** By how many percent it takes longer: `0 to 6`. */
export const slower = (program, toolchain, allocator, reference = 'dlmalloc') =>
  range(
    ratios('ratio', program, toolchain, allocator, reference).map((value) => value - 1),
    percent,
  );

/** By how many percent it takes less: `1 to 3`. */
export const faster = (program, toolchain, allocator, reference = 'dlmalloc') =>
  range(
    ratios('ratio', program, toolchain, allocator, reference).map((value) => 1 - value),
    percent,
  );

/** The heap's bytes to the other's. */
export const heap = (program, toolchain, allocator, reference = 'dlmalloc') =>
  range(ratios('heap', program, toolchain, allocator, reference), (value) => value.toFixed(2));
