// How figures are written.

/** A name as a comment has it, in one word: `fast` for `heaplet fast`, `dlmalloc-wasi` for `dlmalloc (wasi)`. */
const word = (name) =>
  name
    .replace(/^heaplet[\W_]+/, '')
    .replace(/\W+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();

/**
 * @param {string[]} names
 * @param {string} wanted
 * @returns {string} the name that a comment means
 */
export function named(names, wanted) {
  const found = names.find((name) => word(name) === wanted);
  if (found === undefined)
    throw new Error(`no such figure: ${wanted} is none of ${names.map(word).join(', ')}`);
  return found;
}

/** KB are 1,000 bytes. */
export const kb = (bytes, digits = 1) => (bytes / 1000).toFixed(digits);

export const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);

/** `8.6 to 10.2`, or one of them if they are written alike. */
export function range(values, written) {
  const [low, high] = [written(Math.min(...values)), written(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}

/** @param {string[][]} rows of cells, the heads first */
export const table = ([heads, ...rows]) =>
  [
    heads.map((cell) => (cell ? ` ${cell} ` : ' ')),
    heads.map(() => '---'),
    ...rows.map((cells) => cells.map((cell) => (cell ? ` ${cell} ` : ' '))),
  ]
    .map((cells) => `|${cells.join('|')}|`)
    .join('\n');
