// What is measured: which of the harness's functions, and with what. `operations` are those of the full form;
// --quick does fewer.
import { Random } from '../tools/random.mjs';
import { alternatingBuffers, appendedBuffer, ratchet, stateAndLog } from './histories.mjs';
import { fromTrace, growingBuffer, phases, script } from './replay.mjs';

/**
 * @typedef {object} Workload
 * @property {string} name as the tables show it, at most 8 characters
 * @property {string} title
 * @property {string} [run] the harness's function
 * @property {number} operations
 * @property {number[]} [parameters] that follow them
 * @property {import('./replay.mjs').Script} [script] what is replayed instead
 * @property {number} [rounds] at most, if the memory is what it is for
 * @property {boolean} [memoryOnly] it does too little to time it
 * @property {boolean} [inRust] the Rust harness has it too
 */

/** @typedef {Omit<Workload, 'operations'> & { operations?: number }} Unmeasured a script's operations can be counted */

/** @type {Workload[]} the harness's own */
const synthetic = [
  {
    name: 'random',
    title: 'allocate or free at random, 1 to 10,000 bytes, 256 slots',
    run: 'random_actions',
    operations: 2_000_000,
    parameters: [256, 10_000],
    inRust: true,
  },
  {
    name: 'realloc',
    title: 'the same, half of the frees a realloc',
    run: 'random_realloc',
    operations: 2_000_000,
    parameters: [256, 10_000],
    inRust: true,
  },
  {
    name: 'robin',
    title: 'the oldest of 256 blocks is replaced, 1 to 64 bytes',
    run: 'round_robin',
    operations: 2_000_000,
    parameters: [256, 64],
    inRust: true,
  },
  {
    name: '10k',
    title: 'any of 10,000 blocks is replaced, 16 to 527 bytes',
    run: 'replace',
    operations: 2_000_000,
    parameters: [10_000, 16, 527],
    inRust: true,
  },
  {
    name: '100k',
    title: 'any of 100,000 blocks is replaced, 8 to 71 bytes',
    run: 'replace',
    operations: 2_000_000,
    parameters: [100_000, 8, 71],
    inRust: true,
  },
  {
    name: 'trees',
    title: 'binary trees of 12-byte nodes',
    run: 'trees',
    operations: 4_000_000,
    parameters: [12],
    inRust: true,
  },
  {
    name: 'pairs',
    title: 'malloc(16) and free, again and again',
    run: 'pairs',
    operations: 4_000_000,
    parameters: [16],
    inRust: true,
  },
  {
    name: 'objects',
    title: 'any of 10,000 objects of four types is replaced: their sizes are constants',
    run: 'objects',
    operations: 2_000_000,
    parameters: [10_000],
    inRust: true,
  },
  {
    name: '8-40',
    title: 'any of 20,000 blocks is replaced, 8 to 40 bytes',
    run: 'replace',
    operations: 1_000_000,
    parameters: [20_000, 8, 40],
  },
  {
    name: '100-1k',
    title: 'any of 5,000 blocks is replaced, 100 to 1,000 bytes',
    run: 'replace',
    operations: 1_000_000,
    parameters: [5000, 100, 1000],
  },
  {
    name: '1k-8k',
    title: 'any of 2,000 blocks is replaced, 1,000 to 8,000 bytes',
    run: 'replace',
    operations: 1_000_000,
    parameters: [2000, 1000, 8000],
  },
  {
    name: '8k-100k',
    title: 'any of 200 blocks is replaced, 8,000 to 100,000 bytes',
    run: 'replace',
    operations: 400_000,
    parameters: [200, 8000, 100_000],
  },
  {
    name: 'queue',
    title: 'bursts of messages of 1 byte to 4 KiB, freed in the order in which they came',
    run: 'queue',
    operations: 1_000_000,
    parameters: [1024, 12],
  },
  {
    name: 'vectors',
    title: '500 vectors double by realloc, up to 16 KiB',
    run: 'vectors',
    operations: 200_000,
    parameters: [500, 4096],
  },
  {
    name: 'strings',
    title: '5,000 strings are made, copied, appended to by realloc',
    run: 'strings',
    operations: 1_000_000,
    parameters: [5000],
  },
  {
    name: 'walk',
    title: '512 lists of 500 blocks, 12 to 60 bytes, are made, walked twice and dropped',
    run: 'walk',
    operations: 2_000_000,
    parameters: [512, 500],
  },
  ...[
    { name: 'calloc64', bytes: 64, what: '4,000 blocks of 64 bytes', count: 4000, operations: 4_000_000 },
    { name: 'calloc1k', bytes: 1000, what: '1,000 blocks of 1 KB', count: 1000, operations: 1_000_000 },
    { name: 'call100k', bytes: 100_000, what: '40 blocks of 100 KB', count: 40, operations: 40_000 },
    { name: 'calloc1M', bytes: 1_000_000, what: '8 blocks of 1 MB', count: 8, operations: 4000 },
  ].map(({ name, bytes, what, count, operations }) => ({
    name,
    title: `${what} are asked for cleared, and freed, again and again`,
    run: 'cleared',
    operations,
    parameters: [count, bytes],
  })),
];

/** Histories that are made for the memory they need. @returns {Unmeasured[]} */
const histories = () => [
  {
    name: 'append',
    title: 'a buffer of 5,000 bytes grows to 19 MiB by realloc, 5,000 bytes at a time, and is the last block',
    script: script(appendedBuffer()),
    rounds: 1,
  },
  {
    name: 'append-2',
    title: 'two such buffers grow in turns, each to 9.5 MiB',
    script: script(alternatingBuffers()),
    rounds: 1,
  },
  {
    name: 'state',
    title: 'eight large blocks are replaced, again and again, beside small records that stay: 400 rounds',
    script: script(stateAndLog(new Random('state'))),
    memoryOnly: true,
    rounds: 1,
  },
  {
    name: 'ratchet',
    title: '32 buffers, each replaced by one 1% larger, 300 times; a block of 40 bytes stays each time',
    script: script(ratchet()),
    memoryOnly: true,
    rounds: 1,
  },
  {
    name: 'grow',
    title: 'a buffer grows by 64 KiB, 400 times; the new one first, then the old one is freed',
    script: script(growingBuffer({ pinned: false })),
    memoryOnly: true,
    rounds: 1,
  },
  {
    name: 'grow-pin',
    title: 'the same, and a block of 40 bytes stays at each step',
    script: script(growingBuffer({ pinned: true })),
    memoryOnly: true,
    rounds: 1,
  },
  {
    name: '48-96',
    title: '24 MiB in blocks of 48 bytes, freed; then in blocks of 96 bytes',
    script: script(phases(48, 96)),
    rounds: 3,
  },
  {
    name: '96-48',
    title: '24 MiB in blocks of 96 bytes, freed; then in blocks of 48 bytes',
    script: script(phases(96, 48)),
    rounds: 3,
  },
  {
    name: '~48-500',
    title: '24 MiB in blocks of 48 bytes, freed in any order; then in blocks of 500 bytes',
    script: script(phases(48, 500, new Random('phases'))),
    rounds: 3,
  },
  {
    name: '~500-30k',
    title: '24 MiB in blocks of 500 bytes, freed in any order; then in blocks of 30,000 bytes',
    script: script(phases(500, 30_000, new Random('phases'))),
    rounds: 3,
  },
  {
    name: '48-24M',
    title: '24 MiB in blocks of 48 bytes, freed; then one block of 24 MiB',
    script: script(phases(48, 24 * 2 ** 20)),
    rounds: 3,
  },
  {
    name: '2k-24M',
    title: '24 MiB in blocks of 2,000 bytes, freed; then one block of 24 MiB',
    script: script(phases(2000, 24 * 2 ** 20)),
    rounds: 3,
  },
];

/**
 * @param {{ name: string, title: string, trace: Uint8Array }[]} traces
 * @returns {Workload[]} in the order of the tables
 */
export const workloads = (traces) =>
  /** @type {Unmeasured[]} */ ([
    ...synthetic,
    ...traces.map(({ name, title, trace }) => ({ name, title, script: fromTrace(trace) })),
    ...histories(),
  ]).map((workload) => ({ ...workload, operations: workload.operations ?? workload.script.operations }));

/**
 * How often a workload calls the allocator, near enough to divide by: replacing is two calls. A queue and vectors
 * are counted by their own elements.
 * @param {Pick<Workload, 'run'>} workload
 * @param {number} operations that it does
 */
export const callsOf = ({ run }, operations) =>
  run === 'replace' || run === 'objects' || run === 'round_robin' ? 2 * operations : operations;
