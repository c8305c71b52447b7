// What a table says of a cell.
import { geometricMean, median } from '../../tools/statistics.mjs';

/** @typedef {Record<string, Record<string, import('../measure.mjs').Cell>>} Rows by workload, allocator */

/** The figure of a cell, or undefined: nanoseconds a call. */
export const time = (cell) => (cell?.ns.length ? median(cell.ns) : undefined);

/** The figure of a cell, or undefined: pages of 64 KiB. */
export const pages = (cell) => (cell?.state === 'measured' ? cell.pages : undefined);

/**
 * The geometric mean of an allocator's figures over a reference's, over the rows that both have. What is hopelessly
 * slow in a row counts there with what the trial gave.
 * @param {Rows} rows
 */
export const ratio = (rows, name, reference, of) =>
  geometricMean(
    Object.values(rows).flatMap((row) => {
      const [own, other] = [of(row[name]), of(row[reference])];
      return own === undefined || other === undefined ? [] : [own / other];
    }),
  );
