// The table of `npm run bench:programs`, for a terminal of 80 columns, and what is expected of the figures.
// A group is the rows of one program and toolchain, from `compare()`.
import { number, line as tableLine } from '../../tools/text.mjs';

/**
 * What heaplet is to reach, and past which the command fails: the machine may be busy, so that is far off.
 * @type {Record<string, {less: number, ratio: number, takenRatio: number}>}
 */
const goals = {
  'heaplet small': { less: 4096, ratio: 1, takenRatio: 1.03 },
  'heaplet fast': { less: 2048, ratio: 1, takenRatio: 1.03 },
};
const limits = { less: 0, ratio: 1.5, takenRatio: 1.25 };

const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
const widths = [10, 8, 7, 9, 11, 8, 7];
const line = (...cells) => `  ${tableLine(cells, 17, widths)}`.trimEnd();

function misses(row, wanted) {
  const missed = [];
  if (row.less < wanted.less) missed.push(`${row.less} bytes less than dlmalloc's, not ${wanted.less}`);
  if (row.ratio.median > wanted.ratio) missed.push(`${row.ratio.median.toFixed(2)} times ${row.best}'s time`);
  if (row.takenRatio > wanted.takenRatio) missed.push(`${row.takenRatio.toFixed(3)} times dlmalloc's heap`);
  return missed.map((text) => sentence(row, text));
}

function sentence({ program, toolchain, allocator }, text) {
  return `${program}, ${toolchain}, ${allocator}: ${text}`;
}

/** Where heaplet does not reach its goals, a sentence each. */
export const shortOf = (group) =>
  group.filter(({ allocator }) => allocator in goals).flatMap((row) => misses(row, goals[row.allocator]));

/** What makes the command fail: other answers than dlmalloc's, or figures of heaplet's past the limits. */
export function failuresOf(group) {
  const expected = group.find(({ allocator }) => allocator === 'dlmalloc').answers;
  return group.flatMap((row) => [
    ...(`${row.answers}` === `${expected}` ? [] : [sentence(row, "other answers than dlmalloc's")]),
    ...(row.allocator in goals ? misses(row, limits) : []),
  ]);
}

/** The part of the table that shows a group. */
export function section(rows) {
  return [
    rows[0].toolchain,
    line('', 'module', 'less', 'time', 'time to', 'spread', 'memory', 'heap'),
    line('', 'bytes', 'bytes', 's', 'best own', '', 'MiB', 'ratio'),
    ...rows.map((row) =>
      line(
        row.allocator,
        number(row.bytes),
        row.allocator === 'dlmalloc' ? '' : number(row.less),
        (row.ms / 1000).toFixed(2),
        row.ratio.median.toFixed(3),
        `${row.ratio.low.toFixed(2)}-${row.ratio.high.toFixed(2)}`,
        mib(row.memory),
        row.takenRatio.toFixed(3),
      ),
    ),
  ].join('\n');
}
