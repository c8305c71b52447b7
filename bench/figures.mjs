// What is kept of a run for the texts: bench/results/bench.json. All rounds, since some texts take the median and some the
// fastest; not what only the page shows.
import { toolchain } from '../tools/cache.mjs';

/** Three digits. */
const short = (value) => Number(value.toPrecision(3));

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

const cellForTexts = ({ state, ns, pages }) => ({ state, ns: ns.map(short), pages });

/**
 * @param {import('./suite.mjs').Results} results
 * @param {{ rounds: number, quick: boolean }} form
 */
export function forTexts({ about, names, workloads, cells, sizes, latency }, { rounds, quick }) {
  return {
    versions: { node: process.versions.node, v8: process.versions.v8, ...toolchain },
    note: quick ? 'a quick run: an eighth of the operations' : undefined,
    figures: {
      about,
      rounds,
      names,
      workloads,
      cells: mapped(cells, (rows) => mapped(rows, (row) => mapped(row, cellForTexts))),
      sizes,
      latency: mapped(latency, (kinds) =>
        mapped(kinds, ({ most, percentiles, unfinished }) => ({ most, percentiles, unfinished })),
      ),
    },
  };
}
