// The frontier as text.
import { equal, frontier, isPeer, mean } from './frontier.mjs';

const titles = { linked: 'linked', calls: 'from another module', rust: 'in a Rust program' };

const three = (value) => (value >= 99.5 ? String(Math.round(value)) : value.toPrecision(3));

const best = (found) =>
  found
    ? [found.name.padEnd(17), found.time.toFixed(2).padStart(5), found.pages.toFixed(2).padStart(6)].join('')
    : '-'.padEnd(28);

const line = ({ workload, time, pages, atEqualMemory, ofAll }) =>
  [workload.padEnd(9), three(time).padStart(6), String(pages).padStart(6), '  ', best(atEqualMemory)].join(
    '',
  ) + ` ${best(ofAll)}`.trimEnd();

/**
 * The rows of `heaplet fast`, linked, and the means of all that is heaplet's.
 * @param {import('../measure.mjs').Cells} cells
 * @param {string[]} names
 */
export function frontierTable(cells, names) {
  const ours = names.filter((name) => name.startsWith('heaplet'));
  if (ours.length === 0 || !names.some(isPeer)) return 'The frontier: for want of a peer there is none';
  const shown = ours.includes('heaplet fast') ? 'heaplet fast' : ours[0];
  const head = [''.padEnd(9), 'ns'.padStart(6), 'pages'.padStart(6), '  '].join('');
  const columns = (title) => [title.padEnd(17), 'ns'.padStart(5), 'pages'.padStart(6)].join('');
  const means = Object.entries(titles).flatMap(([linking, title]) =>
    ours.flatMap((name) => {
      const rows = frontier(cells[linking] ?? {}, name);
      if (rows.length === 0) return [];
      const figures = /** @type {const} */ (['atEqualMemory', 'ofAll']).map(
        (which) => mean(rows, which)?.toFixed(2) ?? '-',
      );
      const what = `${name}, ${title}, ${rows.length} rows`.padEnd(56);
      return [what + figures.map((figure) => figure.padStart(12)).join('')];
    }),
  );
  return [
    `The frontier: ${shown} over the fastest peer of at most ${equal} of its pages,`,
    'and over the fastest of all (less than 1: heaplet takes less)',
    '',
    `${head}${columns('the frontier')} ${columns('of all')}`,
    ...frontier(cells.linked, shown).map(line),
    '',
    `${'Geometric means'.padEnd(56)}${'frontier'.padStart(12)}${'of all'.padStart(12)}`,
    ...means,
  ].join('\n');
}
