// What is kept of a run for the texts: bench/results/bench.json. All rounds, since some texts take the median and some the
// fastest; not what only the page shows.
import { toolchain } from '../tools/cache.mjs';

/** Three digits. */
const short = (value) => Number(value.toPrecision(3));

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

const cellForTexts = ({ ns, pages, state, why }) => ({
  ns: ns.map(short),
  pages,
  slow: state === 'hopeless' || undefined,
  failed: why ?? (state === 'not tried' ? state : undefined),
});

const countedForTexts = ({ failed, ...figures }) => (failed ? { failed } : figures);

/**
 * @param {import('./suite.mjs').Results} results
 * @param {{ processes: number, rounds: number, quick: boolean }} form
 */
export function forTexts(
  { about, names, workloads, cells, counted, sizes, latency },
  { processes, rounds, quick },
) {
  return {
    versions: { node: process.versions.node, v8: process.versions.v8, ...toolchain },
    note: quick ? 'a quick run: an eighth of the operations' : undefined,
    figures: {
      about,
      processes,
      rounds,
      names,
      workloads,
      cells: mapped(cells, (rows) => mapped(rows, (row) => mapped(row, cellForTexts))),
      counted: mapped(counted, (row) => mapped(row, countedForTexts)),
      sizes,
      latency: mapped(latency, (kinds) =>
        mapped(kinds, ({ most, percentiles, unfinished }) => ({ most, percentiles, unfinished })),
      ),
    },
  };
}
