// What a command measured, in bench/results/: one file each, kept in the repository, from which the texts' figures are
// made (`npm run figures`).
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { folder, path } from './paths.mjs';

/**
 * @typedef {object} Results
 * @property {string} command that leaves them
 * @property {string} date
 * @property {string} machine
 * @property {Record<string, string>} versions of whatever decides the figures
 * @property {string} [note] what a reader of a table must know besides
 * @property {any} figures
 */

/**
 * A row of a table stays a line, for whoever compares two runs.
 * @param {any} value
 * @returns {string} JSON
 */
export function json(value, indent = '') {
  const short = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || short.length <= 140) return short;
  const inner = `${indent}  `;
  const named = Array.isArray(value)
    ? value.map((item) => json(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${json(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${named.map((line) => inner + line).join(',\n')}\n${indent}${close}`;
}

const file = (name) => path(`bench/results/${name}.json`);

/** @returns {Results} */
export const results = (name) => JSON.parse(readFileSync(file(name), 'utf8'));

/** The figures that are kept so far; undefined if there are none. */
export function keptFigures(name) {
  try {
    return results(name).figures;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What JSON makes of it: without what is undefined. */
const plain = (value) => JSON.parse(JSON.stringify(value));

/**
 * Keeps what a command measured. Figures that came out as before stay as they are, with the day on which they were first
 * found: to count again is no change.
 * @param {string} name of the file
 * @param {{ command: string, versions: Record<string, string>, note?: string, figures: any }} measured
 */
export function keep(name, { command, versions, note, figures }) {
  if (isDeepStrictEqual(keptFigures(name), plain(figures))) return;
  folder('bench/results');
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${process.platform} ${process.arch}, ${cpus()[0].model}, ${cpus().length} cores`;
  writeFileSync(file(name), `${json(plain({ command, date, machine, versions, note, figures }))}\n`);
  console.error(`bench/results/${name}.json is new: \`npm run figures\` brings it into the texts`);
}

/**
 * For a test: that the figures which are kept are those that were measured just now.
 * @param {string} name of the file
 * @param {any} figures
 * @throws {Error}
 */
export function compareWithKept(name, figures) {
  const { command, figures: kept } = results(name);
  if (!isDeepStrictEqual(kept, plain(figures)))
    throw new Error(`bench/results/${name}.json is not what was measured: ${command}, then npm run figures`);
}
