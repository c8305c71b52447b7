// The results as one HTML page that needs nothing else: plots as inline SVG, the tables as tables.
import { escaped, figure, number } from '../../tools/text.mjs';
import { alone } from '../alone.mjs';
import { colours, schemes } from './colours.mjs';
import { perCall } from './counted-table.mjs';
import { pages, ratio, time } from './figures.mjs';
import { equal, frontier } from './frontier.mjs';
import { bars, curves, scatter, steps } from './plots.mjs';

const variables = (colours) =>
  Object.entries(colours)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');

// Wide plots are scrolled where there is no room: made smaller, nobody could read them.
export const style = `
:root { color-scheme: light dark; ${variables(schemes.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(schemes.dark)} } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 64rem; padding: 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; } p, figcaption { color: var(--soft); max-width: 46rem; }
figure { margin: 1rem 0; } svg { display: block; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg .title { font-weight: 600; } svg .soft { fill: var(--soft); } svg .own { fill: var(--own); font-weight: 600; }
svg .axis { stroke: var(--line); } svg .floor { stroke: var(--ink); stroke-dasharray: 4 3; }
svg .area { fill: var(--area); stroke: var(--soft); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(var(--width), 100%), 1fr)); gap: 1rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { padding: .15rem .5rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } .best { font-weight: 700; }
`;

export const picture = (caption, svg) =>
  `<figure><div class="scroll">${svg}</div><figcaption>${escaped(caption)}</figcaption></figure>`;

/** A table with the least of each column in bold. */
export function table(names, columns, cell, digits) {
  const least = columns.map((column) => Math.min(...names.flatMap((name) => cell(column, name) ?? [])));
  const body = names.map((name) => {
    const cells = columns.map((column, i) => {
      const value = cell(column, name);
      if (value === undefined) return '<td>-</td>';
      return `<td${value === least[i] ? ' class="best"' : ''}>${escaped(digits(value))}</td>`;
    });
    return `<tr><td>${escaped(name)}</td>${cells.join('')}</tr>`;
  });
  const head = columns.map((column) => `<th>${escaped(column)}</th>`).join('');
  return `<div class="scroll"><table><tr><th></th>${head}</tr>${body.join('')}</table></div>`;
}

/** The frontier, a line for each row. */
function frontierTable(rows, ours) {
  const columns = ['', 'ns', 'pages', 'at equal memory', '/ ns', '/ pages', 'of all', '/ ns', '/ pages'];
  const best = (found) =>
    found ? [found.name, found.time.toFixed(2), found.pages.toFixed(2)] : ['none', '-', '-'];
  const cells = (tag, values) => values.map((value) => `<${tag}>${escaped(value)}</${tag}>`).join('');
  const lines = frontier(rows, ours).map(({ workload, time, pages, atEqualMemory, ofAll }) =>
    cells('td', [workload, figure(time), pages, ...best(atEqualMemory), ...best(ofAll)]),
  );
  return `<div class="scroll"><table><tr>${[cells('th', columns), ...lines].join('</tr><tr>')}</tr></table></div>`;
}

/** Why there is no figure. */
const reasons = { hopeless: 'hopeless', 'not tried': 'hopeless', failed: 'no memory' };
const reason = (cell) => reasons[cell?.state] ?? 'none';

/**
 * @param {import('../suite.mjs').Results} results
 * @param {string} [threads] what is said of programs with threads (threads.mjs)
 */
export function page(
  { about, names, workloads, cells, counted, sizes, latency, live, missing },
  threads = '',
) {
  const { linked } = cells;
  const timed = workloads.filter(({ memoryOnly }) => !memoryOnly).map(({ name }) => name);
  const timedRows = Object.fromEntries(timed.map((name) => [name, linked[name]]));
  const reference = names.includes('heaplet fast') ? 'heaplet fast' : names[0];

  const colour = colours(names);
  const points = names.flatMap((name) => {
    const speed = ratio(timedRows, name, reference, time);
    return sizes[name] && speed ? [{ name, x: sizes[name].mfr, y: speed }] : [];
  });
  const pointless = names.filter((name) => !points.some((point) => point.name === name));
  const barPlots = workloads
    .filter(({ name }) => timed.includes(name))
    .map(({ name, title }) => {
      const rows = names.map((allocator) => {
        const cell = linked[name][allocator];
        const value = time(cell);
        return {
          name: allocator,
          value,
          note: value === undefined ? reason(cell) : cell.state === 'hopeless' ? '~' : '',
        };
      });
      return picture(title, bars(name, rows, time(linked[name][alone]), colour));
    });
  const memoryPlots = workloads
    .filter(({ name }) => live[name])
    .map(({ name, title }) => {
      const rows = names.map((allocator) => {
        const cell = linked[name][allocator];
        return cell?.state === 'measured' && cell.curve
          ? { name: allocator, values: cell.curve.map((count) => count / 16) }
          : { name: allocator, note: reason(cell) };
      });
      const asked = { name: 'asked for', values: live[name].map((bytes) => bytes / 2 ** 20) };
      return picture(title, curves(name, rows, asked, colour));
    });
  const countedTable = (what) =>
    table(
      names,
      Object.keys(counted),
      (column, name) => perCall(counted[column][name], what),
      (value) => (value < 9.95 ? value.toFixed(2) : figure(value)),
    );
  const kinds = [...new Set(Object.values(latency).flatMap(Object.keys))];
  const latencyPlots = kinds.map((kind) => {
    const rows = names.map((name) => {
      const found = latency[name]?.[kind];
      return { name, ...found, note: found ? (found.unfinished.length ? ' and more' : '') : 'none' };
    });
    return picture(
      `${kind}: instructions of a call; the bar ends at the most of any`,
      steps(kind, rows, colour),
    );
  });

  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>heaplet: benchmark</title><style>${style}</style>
<h1>heaplet: benchmark</h1>
<p>${about.map(escaped).join('<br>')}</p>
<h2>Size against speed</h2>
${picture(
  `Bytes of code for malloc, free and realloc, compiled for size; time as the geometric mean over all workloads, ${reference} = 1, compiled for speed. Left and below is better. Both axes are logarithmic.${pointless.length ? ` Not in it, for want of a figure: ${pointless.join(', ')}.` : ''}`,
  scatter(points, 'bytes', `time / ${reference}`, colour),
)}
<h2>Time</h2>
<p>Nanoseconds a call, linked into one module; the median of the rounds. ~ was hopeless, and only tried, or not even that. Dashed: the
harness alone, on an allocator that does nothing; no bar can be shorter. A bar with two gaps is longer than the picture.</p>
<div class="grid" style="--width: 23rem">${barPlots.join('')}</div>
${table(names, timed, (column, name) => time(linked[column][name]), figure)}
<h2>Time, from another module</h2>
${table(names, Object.keys(cells.calls ?? {}), (column, name) => time(cells.calls[column][name]), figure)}
${cells.rust ? `<h2>Time, in a Rust program</h2>${table(Object.keys(Object.values(cells.rust)[0] ?? {}), Object.keys(cells.rust), (column, name) => time(cells.rust[column][name]), figure)}` : ''}
<h2>The frontier</h2>
<p>${escaped(reference)} over the fastest peer of each row whose peak is at most ${equal} of its own, and over the fastest
of all: less than 1 where ${escaped(reference)} takes less time. Pages likewise.</p>
${frontierTable(timedRows, reference)}
${
  Object.keys(counted).length
    ? `<h2>Counted</h2><p>Instructions a call, linked, the harness and all; then lines of memory that were not in a modelled
cache of 32 KiB, and not in one of 1 MiB, a call.</p>${Object.entries({
        instructions: 'Instructions',
        l1: '32 KiB',
        l2: '1 MiB',
      })
        .map(([what, title]) => `<h3>${title}</h3>${countedTable(what)}`)
        .join('')}`
    : ''
}
<h2>Memory over time</h2>
<p>MiB of wasm memory in the course of a program, and the peak of each; the area is what the program has asked for and
not freed. Who needs more than five times the least of the others leaves the picture: an arrow is left.</p>
<div class="grid" style="--width: 30rem">${memoryPlots.join('')}</div>
<h2>Memory in the end</h2>
<p>Pages of 64 KiB. A wasm memory does not shrink: this is the peak.</p>
${table(
  names,
  workloads.map(({ name }) => name),
  (column, name) => pages(linked[column][name]),
  String,
)}
<h2>Latency</h2>
<p>Instructions of wasm that a single call executes, counted, on heaps that are built to hurt: many blocks of one size,
alternating frees, near misses, phases. A bar becomes thinner at 50, 90, 99 and 99.9 % of the calls. memory.copy, memory.fill and
memory.grow are one each.</p>
${latencyPlots.join('')}
<h2>Size</h2>
${table(
  names,
  ['malloc + free', '+ realloc'],
  (column, name) => sizes[name]?.[column === '+ realloc' ? 'mfr' : 'mf'],
  number,
)}
${threads}
${missing.length ? `<h2>Left out</h2><ul>${missing.map((hint) => `<li>${escaped(hint)}</li>`).join('')}</ul>` : ''}
</html>
`;
}
