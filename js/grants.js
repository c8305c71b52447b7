// Which arenas have taken blocks of a heap, and under which of its leases: what must end with an older state of the
// heap, in which those blocks are not taken.

/** @typedef {import('./lease.js').Lease} Lease */

/** @type {WeakMap<object, Map<Lease[], Lease>>} */
const all = new WeakMap();

/**
 * Of a heap: for the leases of each arena, that under which it took its newest block.
 * @param {object} heap
 * @returns {Map<Lease[], Lease>}
 */
export function grantsOf(heap) {
  const grants = all.get(heap) ?? new Map();
  all.set(heap, grants);
  return grants;
}
