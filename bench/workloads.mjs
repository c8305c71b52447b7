// The rows of the tables: which of the harness's functions, and with what. `operations` (malloc, free and realloc
// each count as one) are those of the full form; --quick does a quarter.

/**
 * @typedef {object} Workload
 * @property {string} name as the tables show it, at most 8 characters
 * @property {string} title
 * @property {string} run the harness's function
 * @property {number} operations
 * @property {number[]} parameters that follow them
 */

/** @type {Workload[]} */
export const workloads = [
  {
    name: 'random',
    title: 'allocate or free at random, 1 to 10,000 bytes, 256 slots',
    run: 'random_actions',
    operations: 2_000_000,
    parameters: [256, 10_000],
  },
  {
    name: 'realloc',
    title: 'the same, half of the frees a realloc',
    run: 'random_realloc',
    operations: 2_000_000,
    parameters: [256, 10_000],
  },
  {
    name: 'robin',
    title: 'the oldest of 256 blocks is replaced, 1 to 64 bytes',
    run: 'round_robin',
    operations: 2_000_000,
    parameters: [256, 64],
  },
  {
    name: '10k',
    title: 'any of 10,000 blocks is replaced, 16 to 527 bytes',
    run: 'replace',
    operations: 2_000_000,
    parameters: [10_000, 16, 527],
  },
  {
    name: '100k',
    title: 'any of 100,000 blocks is replaced, 8 to 71 bytes',
    run: 'replace',
    operations: 2_000_000,
    parameters: [100_000, 8, 71],
  },
  {
    name: 'trees',
    title: 'binary trees of 12-byte nodes',
    run: 'trees',
    operations: 4_000_000,
    parameters: [12],
  },
  {
    name: 'pairs',
    title: 'malloc(16) and free, again and again',
    run: 'pairs',
    operations: 4_000_000,
    parameters: [16],
  },
];

/** How often a workload calls the allocator, near enough to divide by: replacing is two calls. */
export const callsOf = ({ run }, operations) =>
  run === 'replace' || run === 'round_robin' ? 2 * operations : operations;
