// What the texts say of `npm run bench:js`.
import { results } from '../../tools/results.mjs';
import { number } from '../../tools/text.mjs';
import { sizeJs } from './exact.mjs';
import { named, table } from './format.mjs';

const ns = (value) => (value < 10 ? value.toFixed(1) : number(Math.round(value)));

const raw = 'heap.malloc, heap.free';
const bare = 'two wasm calls: malloc, free';

const one = (figures, word) => figures[named(Object.keys(figures), word)];

/**
 * @param {string} word for a line of the first table: `malloc-heap-free`
 * @returns {string} ns
 */
export const jsCall = (word) => ns(one(results('js').figures.calls, word));

/**
 * @param {string} word for a line of the second table: `raw`
 * @returns {string} ns
 */
export const jsReplaced = (word) => ns(one(results('js').figures.replaced, word));

/** What a pair takes on one heap for several threads: of itself, and of what it takes on a heap of its own. */
function threads(figures) {
  if (!figures) return [];
  const counts = [1, 2, 4];
  const alone = figures['1 on a heap of its own: ns a pair of each'];
  const pair = (count, how) => figures[`${count} on a shared heap${how}: ns a pair of each`];
  const row = (how) =>
    counts.map((count) => `${ns(pair(count, how))} ns (${(pair(count, how) / alone).toFixed(2)})`).join(', ');
  const title = `each of ${counts.join(', ')} threads on one shared heap`;
  return [
    [`64 B, ${title} (and of ${ns(alone)} ns on a heap of its own)`, row('')],
    ['the same of 2,000 B, which take the lock', row(', with the lock')],
  ];
}

/** The layer, the others, and what it adds to a page. */
export function jsTable() {
  const { figures, versions } = results('js');
  const { 'heaplet, raw': own, 'heaplet, handles': handles, ...others } = figures.replaced;
  const names = Object.entries(others)
    .sort(([, a], [, b]) => a - b)
    .map(([name, value]) => `${/[A-Z]/.test(name) ? `\`${name}\`` : name} ${ns(value)}`);
  const { calls } = figures;
  const times = (name, reference) => (calls[name] / calls[reference]).toFixed(2);
  const handle = 'heap.alloc, handle.ptr, handle.free';
  const arena = 'arena.alloc, handle.ptr';
  const lines = [
    [`\`npm run bench:js\` (Node ${versions.node.split('.')[0]}, processor time)`, ''],
    [
      '`heap.malloc` + `heap.free`, 64 B',
      `${ns(calls[raw])} ns, ${times(raw, bare)} times the two wasm calls alone`,
    ],
    ['a handle: `heap.alloc`, `ptr`, `free`', `${times(handle, raw)} times that, garbage collection aside`],
    ['`arena.alloc`, `ptr`', `${ns(calls[arena])} ns, ${times(arena, raw)} times that`],
    [
      '10,000 live blocks replaced at random',
      `${ns(own)} ns each, with handles ${ns(handles)}; ${names.join(', ')}`,
    ],
    ...threads(figures.threads),
    ['`heaplet/small` in a page, minified and gzipped, wasm included', sizeJs('heaplet/small')],
    ['`heaplet/core`, `heaplet` with everything', `${sizeJs('heaplet/core')}, ${sizeJs('heaplet')}`],
  ];
  return table(lines);
}
