// Which arenas have taken blocks of a heap: what must end with an older state of the heap, in which those blocks are not
// taken.
import { LooseSet } from './loose-set.js';

/** @type {WeakMap<object, LooseSet<import('./arena.js').Grant>>} */
const all = new WeakMap();

/**
 * @param {object} heap
 * @returns {LooseSet<import('./arena.js').Grant>}
 */
export function grantsOf(heap) {
  const grants = all.get(heap) ?? new LooseSet();
  all.set(heap, grants);
  return grants;
}
