// What the texts say of `npm run bench`.
import { results } from '../../tools/results.mjs';
import { geometricMean } from '../../tools/statistics.mjs';
import { named, table, thousands } from './format.mjs';

const kept = () => results('bench').figures;

/** What the table of the command calls the workloads on an allocator that does nothing. */
const alone = 'harness alone';

/** The fastest round: what else the machine does makes a round slower, never faster. */
const fastest = (cell) => (cell && !cell.failed && cell.ns.length ? Math.min(...cell.ns) : undefined);

const picked = (rows, names) => Object.fromEntries(names.map((name) => [name, rows[name]]));

/** The workloads of the benchmark's own harness, not replayed: the harness alone was timed in them, too. */
const own = ({ linked }) => Object.keys(linked).filter((name) => linked[name][alone]);

/** Those that a Rust program has as well: the first table's. */
const first = (cells) => own(cells).slice(0, 7);

/** Recorded from real programs. */
const traces = ['sqlite', 'markdown', 'spelling', 'json', 'script'];

/** The least time of any peer in each row, as if it were one. */
const best = 'best of others';
const withBest = (rows) =>
  Object.fromEntries(
    Object.entries(rows).map(([workload, row]) => {
      const peers = Object.entries(row).filter(([name]) => !name.startsWith('heaplet') && name !== alone);
      return [workload, { ...row, [best]: { ns: peers.flatMap(([, cell]) => fastest(cell) ?? []) } }];
    }),
  );

/** The geometric mean of one allocator's figures over another's, over the rows that both have. */
const ratio = (rows, name, reference, of) =>
  geometricMean(
    Object.values(rows).flatMap((row) => {
      const [own, other] = [of(row[name]), of(row[reference])];
      return own === undefined || other === undefined ? [] : [own / other];
    }),
  );

/** @returns {string} the time of one to that of another: `~` where it was hopeless in a row, and its time a lower bound */
function compared(rows, name, reference) {
  const value = ratio(rows, name, reference, fastest);
  const hopeless = Object.values(rows).some((row) => row[name]?.slow || row[name]?.failed);
  return value === undefined ? '-' : hopeless ? `~${value.toFixed(0)}` : value.toFixed(2);
}

const labels = {
  'heaplet small': '**heaplet `small`**',
  'heaplet fast': '**heaplet `fast`**',
  'heaplet hardened': 'heaplet `hardened`',
  'dlmalloc (wasi)': 'dlmalloc (wasi-libc)',
  'dlmalloc (em)': 'dlmalloc (Emscripten)',
  rlsf: 'rlsf `GlobalTlsf`',
  'rlsf small': 'rlsf `SmallGlobalTlsf`',
  wee_alloc: 'wee_alloc, align 8',
  'wee_alloc a4': 'wee_alloc, align 4',
  lol_alloc: 'lol_alloc (first fit)',
};

/** Everybody: code, time, memory, the worst calls. */
export function comparison() {
  const { names, cells, sizes, latency } = kept();
  const timed = picked(cells.linked, first(cells));
  const pagesOf = (name) => {
    const all = traces.filter((each) => cells.linked[each]).map((each) => cells.linked[each][name]);
    return all.some((cell) => !cell || cell.failed || cell.slow)
      ? '-'
      : thousands(all.reduce((sum, { pages }) => sum + pages, 0));
  };
  const most = (name, kind) => {
    const found = latency[name]?.[kind];
    return found ? `${found.unfinished.length ? '>' : ''}${thousands(found.most)}` : '-';
  };
  return table([
    ['', 'malloc + free', '+ realloc', 'time', 'pages', 'malloc', 'growth', 'free'],
    ...names.map((name) => [
      labels[name] ?? name,
      ...['mf', 'mfr'].map((set) => thousands(sizes[name][set])),
      name === 'heaplet fast' ? '**1.00**' : compared(timed, name, 'heaplet fast'),
      pagesOf(name),
      ...['malloc', 'malloc that grows', 'free'].map((kind) => most(name, kind)),
    ]),
  ]);
}

/**
 * The time of one allocator to that of another, over the harness's own workloads.
 * @param {string} one a word for it
 * @param {string} other another's, `best-of-others`, or `harness-alone`
 * @param {'linked' | 'calls' | 'rust'} [linking]
 */
export function time(one, other, linking = 'linked') {
  const { cells, names } = kept();
  const [name, reference] = [one, other].map((each) => named([...names, best, alone], each));
  const rows = own(cells).filter((each) => cells[linking][each]);
  return compared(withBest(picked(cells[linking], rows)), name, reference);
}

/** The memory of one allocator to that of another, over all workloads. */
export function memory(one, other) {
  const { cells, names } = kept();
  const { linked } = cells;
  const [name, reference] = [one, other].map((each) => named([...names, best], each));
  const pages = (cell) => (cell && !cell.failed && !cell.slow ? cell.pages : undefined);
  const rows = Object.fromEntries(
    Object.entries(linked).map(([workload, row]) => {
      const peers = Object.entries(row).filter(([each]) => !each.startsWith('heaplet') && each !== alone);
      const least = Math.min(...peers.flatMap(([, cell]) => pages(cell) ?? []));
      return [workload, { ...row, [best]: { pages: least } }];
    }),
  );
  return ratio(rows, name, reference, pages).toFixed(2);
}

/** The most instructions of one kind of call (malloc, growth, free) on the heaps that are built to hurt. */
export function latency(word, kind) {
  const { latency, names } = kept();
  return thousands(latency[named(names, word)][kind === 'growth' ? 'malloc that grows' : kind].most);
}
