// What is kept for the texts: bench/results/programs.json, a part for each toolchain.
import { keptFigures } from '../../tools/results.mjs';

const digits = (value, count) => Number(value.toFixed(count));

/**
 * @typedef {Pick<import('./measure.mjs').Row, 'program' | 'allocator' | 'bytes' | 'ratio' | 'memory' | 'takenRatio'>} Row
 * what the texts have of a row
 */

/** @param {Row} row */
const rowForTexts = ({ program, allocator, bytes, ratio, memory, takenRatio }) => ({
  program,
  allocator,
  bytes,
  ratio: digits(ratio.median, 3),
  low: digits(ratio.low, 2),
  high: digits(ratio.high, 2),
  memory,
  heap: digits(takenRatio, 3),
});

/**
 * @param {Array<Row & { toolchain: string }>} rows of this run
 * @param {number} rounds
 * @returns {Record<string, { rounds: number, node: string, date: string, rows: ReturnType<typeof rowForTexts>[] }>} by toolchain: those of this run,
 *   and the others as they were
 */
export function merged(rows, rounds) {
  const parts = keptFigures('programs') ?? {};
  const date = new Date().toISOString().slice(0, 10);
  for (const toolchain of new Set(rows.map((row) => row.toolchain))) {
    const own = rows.filter((row) => row.toolchain === toolchain).map(rowForTexts);
    parts[toolchain] = { rounds, node: process.versions.node, date, rows: own };
  }
  return parts;
}
