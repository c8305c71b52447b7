// What is kept of a run for the texts: bench/results/bench.json. All rounds, since some texts take the median and some the
// fastest; not what only the page shows.
import { toolchain } from '../tools/cache.mjs';

/** Three digits. */
const short = (value) => Number(value.toPrecision(3));

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

const cellForTexts = ({ state, ns, pages }) => ({ state, ns: ns.map(short), pages });

const countedForTexts = ({ failed, ...figures }) => (failed ? { failed } : figures);

/**
 * @param {import('./suite.mjs').Results} results
 * @param {{ processes: number, rounds: number, quick: boolean }} form
 */
export function forTexts({ cells, counted, live: _, missing: __, ...others }, { processes, rounds, quick }) {
  return {
    versions: { node: process.versions.node, v8: process.versions.v8, ...toolchain },
    note: quick ? 'a quick run: an eighth of the operations' : undefined,
    figures: {
      processes,
      rounds,
      ...others,
      cells: mapped(cells, (rows) => mapped(rows, (row) => mapped(row, cellForTexts))),
      counted: mapped(counted, (row) => mapped(row, countedForTexts)),
    },
  };
}
