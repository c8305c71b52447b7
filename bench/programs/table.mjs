// The table of `npm run bench:programs`, for a terminal of 80 columns, and what is expected of the figures.

/**
 * What heaplet is to reach, and past which the command fails: the machine may be busy, so that is far off.
 * @type {Record<string, {less: number, ratio: number, takenRatio: number}>}
 */
export const goals = {
  'heaplet small': { less: 4096, ratio: 1, takenRatio: 1.03 },
  'heaplet fast': { less: 2048, ratio: 1, takenRatio: 1.03 },
};
export const limits = { less: 0, ratio: 1.5, takenRatio: 1.25 };

const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
const thousands = (number) => number.toLocaleString('en');

const widths = [11, 8, 7, 10, 11, 8, 8];
const line = (first, ...cells) =>
  `  ${first.padEnd(14)}${cells.map((cell, i) => cell.padStart(widths[i])).join('')}`.trimEnd();

/** Which figures of a row do not reach `wanted`. */
export function misses(row, wanted) {
  const missed = [];
  if (row.less < wanted.less) missed.push(`${row.less} bytes less than dlmalloc's, not ${wanted.less}`);
  if (row.ratio.median > wanted.ratio) missed.push(`${row.ratio.median.toFixed(2)} times ${row.best}'s time`);
  if (row.takenRatio > wanted.takenRatio) missed.push(`${row.takenRatio.toFixed(3)} times dlmalloc's memory`);
  return missed;
}

/** @param {object[]} rows of one program and toolchain, from `compare()` */
export function section(rows) {
  return [
    rows[0].toolchain,
    line('', 'module', 'less', 'time', 'time to', 'spread', 'memory', 'heap'),
    line('', 'bytes', 'bytes', 's', 'best own', '', 'MiB', 'ratio'),
    ...rows.map((row) =>
      line(
        row.allocator,
        thousands(row.bytes),
        row.allocator === 'dlmalloc' ? '' : thousands(row.less),
        (row.ms / 1000).toFixed(2),
        row.ratio.median.toFixed(3),
        `${row.ratio.low.toFixed(2)}-${row.ratio.high.toFixed(2)}`,
        mib(row.memory),
        row.takenRatio.toFixed(3),
      ),
    ),
  ].join('\n');
}
