// What the texts say of figures that repeat exactly: bytes and instructions.
import { results } from '../../tools/results.mjs';
import { number } from '../../tools/text.mjs';
import { kb, named, range, table } from './format.mjs';

const found = (list, wanted, what) => {
  const rows = list.filter(wanted);
  if (!rows.length) throw new Error(`no such figure: ${what}`);
  return rows;
};

/**
 * Bytes over empty functions, by `npm run size`.
 * @param {string} name of a module: `fast-coalesce`
 * @param {'mf' | 'mfr'} set malloc and free; also realloc
 */
export function size(name, set) {
  const { figures } = results('size');
  const [row] = found(figures, (each) => each.name === name && each.exports === set, `${name} ${set}`);
  return number(row.size);
}

/**
 * KB that an entry of the package adds to a page, by `npm run size:js`.
 * @param {string} name `heaplet/core`
 * @param {'gzipped' | 'minified'} [what]
 */
export function sizeJs(name, what = 'gzipped') {
  const [row] = found(results('size-js').figures, (each) => each.name === name, name);
  return `${kb(row[what])} KB`;
}

export const sizeJsTable = () =>
  table([
    ['import from', 'minified', 'and gzipped'],
    ...results('size-js').figures.map(({ name, minified, gzipped }) => [
      `\`${name}\``,
      `${kb(minified)} KB`,
      `${kb(gzipped)} KB`,
    ]),
  ]);

/** The most instructions of a call in any module of a profile, on any of the heaps; none, if it has no such call. */
function most(profile, kind) {
  const { figures } = results('constant');
  const rows = figures.filter((each) => each.module.split('-').includes(profile) && each.kind === kind);
  return rows.length ? Math.max(...rows.flatMap(({ worst }) => Object.values(worst))) : undefined;
}

/**
 * The most instructions of a call, by `npm run bench:constant`.
 * @param {string} profile
 * @param {string} kind hit, malloc, realloc, free, growth
 * @param {string} [unit] `million`
 */
export function worst(profile, kind, unit) {
  const value = most(profile, kind);
  if (value === undefined) throw new Error(`no such figure: ${profile} ${kind}`);
  return unit === 'million' ? `${(value / 1e6).toFixed(1)} million` : number(value);
}

/** The same of each profile and each kind of call. */
export function worstTable() {
  const { figures } = results('constant');
  const kinds = [...new Set(figures.map(({ kind }) => kind))];
  const profiles = figures.flatMap(({ module }) => /^heaplet-(\w+)$/.exec(module)?.[1] ?? []);
  const cell = (value) => (value === undefined ? '-' : number(value));
  return table([
    ['', ...kinds],
    ...[...new Set(profiles)].map((name) => [`\`${name}\``, ...kinds.map((kind) => cell(most(name, kind)))]),
  ]);
}

/**
 * Instructions a call on the Cortex-M4F, from the range of sizes that takes the fewest to that which takes the most.
 * @param {...string} words for allocators
 */
export function arm(...words) {
  const { figures } = results('arm');
  const all = figures.map(({ allocator }) => allocator);
  const names = words.map((each) => named(all, each));
  return range(
    figures
      .filter(({ allocator }) => names.includes(allocator))
      .flatMap(({ instructions }) => Object.values(instructions)),
    String,
  );
}

export function armTable() {
  const { figures } = results('arm');
  const ranges = Object.keys(figures[0].instructions);
  return table([
    ['bytes', ...ranges],
    ...figures.map(({ allocator, instructions }) => [
      allocator,
      ...ranges.map((each) => String(instructions[each])),
    ]),
  ]);
}

/**
 * Bytes that malloc and free cost a program of Emscripten's, by `npm run size:hello`.
 * @param {string} version of Emscripten
 * @param {string} word for an allocator
 * @param {'wasm' | 'js'} [what]
 */
export function hello(version, word, what = 'wasm') {
  const rows = results('hello').figures[version];
  if (!rows) throw new Error(`no such figure: Emscripten ${version}`);
  return number(rows[named(Object.keys(rows), word)][what]);
}

/** The same of all versions: wasm + JavaScript. */
export function helloTable() {
  const parts = Object.entries(results('hello').figures);
  const names = [...new Set(parts.flatMap(([, rows]) => Object.keys(rows)))];
  return table([
    ['', ...parts.map(([version]) => version)],
    ...names.map((name) => [
      name.replace(/^heaplet (.*)/, 'heaplet `$1`'),
      ...parts.map(([, rows]) =>
        rows[name] ? `${number(rows[name].wasm)} + ${number(rows[name].js)}` : '-',
      ),
    ]),
  ]);
}
