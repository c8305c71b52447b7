// Results of a run that never was: every allocator that the benchmark knows, with what makes a plot hard: figures that
// are close together or the same, a hopeless one, one that found no memory, one that leaves the picture.

import { known } from '../../bench/allocators/index.mjs';
import { alone } from '../../bench/alone.mjs';
import { workloads } from '../../bench/workloads.mjs';
import { Random } from '../../tools/random.mjs';

const all = workloads([]);

/**
 * @param {string} seed
 * @returns {import('../../bench/suite.mjs').Results}
 */
export function invented(seed) {
  const random = new Random(seed);
  const between = (low, high) => low + (high - low) * random.integer(0, 1000) * 1e-3;
  /** @returns {import('../../bench/measure.mjs').Cell} */
  const cellOf = (name, script, index) => {
    if (name === 'lol_alloc' && index % 3 === 0) return { state: 'not tried', ns: [], operations: 1 };
    if (name === 'talc' && index % 5 === 4)
      return { state: 'failed', why: 'unreachable', ns: [], operations: 1 };
    const state = name === 'wee_alloc' && index % 2 === 0 ? 'hopeless' : 'measured';
    const end =
      { 'mimalloc 2': 900, 'mimalloc 3': 700, rlsf: 80, talc: 80, emmalloc: 81 }[name] ?? between(70, 100);
    const scale = [1, 0.01, 40, 700][index % 4]; // from KiB to GiB
    const curve = Array.from({ length: 400 }, (_, i) => Math.ceil((scale * end * Math.sqrt(i + 1)) / 20));
    const ns = [state === 'hopeless' ? between(900, 2000) : between(12, 60)];
    return { ns, operations: 1000, pages: Math.ceil(end), checksum: 1, state, ...(script && { curve }) };
  };
  const rows = Object.fromEntries(
    all.map(({ name, script }, index) => {
      const cells = known.map((allocator) => [allocator, cellOf(allocator, script, index)]);
      if (!script) cells.push([alone, { state: 'measured', ns: [10], operations: 1000, checksum: 1 }]);
      return [name, Object.fromEntries(cells)];
    }),
  );
  const kinds = ['malloc', 'malloc that grows', 'free'];
  const counts = () => {
    const percentiles = { 50: 20, 90: 40, 99: 80, 99.9: random.integer(100, 900) };
    return {
      most: random.integer(1000, 900_000),
      percentiles,
      unfinished: random.chance(0.2) ? ['a heap'] : [],
    };
  };
  return {
    about: ['invented'],
    names: known,
    workloads: all.map(({ name, title, memoryOnly }) => ({ name, title, memoryOnly })),
    cells: { linked: rows, calls: {} },
    counted: {
      pairs: Object.fromEntries(
        known.map((name) => [
          name,
          { calls: 100, instructions: 7000, accesses: 900, l1: 3, l2: 1, pages: 1 },
        ]),
      ),
    },
    sizes: Object.fromEntries(
      known.map((name) => {
        const mfr = name.startsWith('mimalloc') ? random.integer(40_000, 41_000) : random.integer(400, 2500);
        return [name, { mf: mfr - 100, mfr }];
      }),
    ),
    latency: Object.fromEntries(
      known
        .filter((name) => name !== 'wee_alloc a4')
        .map((name) => [name, Object.fromEntries(kinds.map((kind) => [kind, counts()]))]),
    ),
    live: Object.fromEntries(
      all.flatMap(({ name, script }) =>
        script ? [[name, Array.from({ length: 400 }, (_, i) => 3e5 * Math.sqrt(i + 1) * 0.6)]] : [],
      ),
    ),
    missing: [],
  };
}
