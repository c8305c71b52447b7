// What the texts say of `npm run bench`.
import { alone } from '../../bench/alone.mjs';
import { ratio } from '../../bench/report/figures.mjs';
import { frontier as frontierOf, mean } from '../../bench/report/frontier.mjs';
import { results } from '../../tools/results.mjs';
import { number } from '../../tools/text.mjs';
import { named, table } from './format.mjs';

/** The fastest round: what else the machine does makes a round slower, never faster. */
const fastest = (cell) => (cell?.ns.length ? Math.min(...cell.ns) : undefined);

const picked = (rows, names) => Object.fromEntries(names.map((name) => [name, rows[name]]));

/** The workloads of the benchmark's own harness, not replayed: the harness alone was timed in them, too. */
const own = ({ linked }) => Object.keys(linked).filter((name) => linked[name][alone]);

/** Those of the comparison's times. */
const seven = ['random', 'realloc', 'robin', '10k', '100k', 'trees', 'pairs'];

/** Recorded from real programs. */
const traces = ['sqlite', 'markdown', 'spelling', 'json', 'script'];

/** The least time of any peer in each row, as if it were one. */
const best = 'best of others';
const withBest = (rows) =>
  Object.fromEntries(
    Object.entries(rows).map(([workload, row]) => {
      const peers = Object.entries(row).filter(([name]) => !name.startsWith('heaplet') && name !== alone);
      return [
        workload,
        { ...row, [best]: { state: 'measured', ns: peers.flatMap(([, cell]) => fastest(cell) ?? []) } },
      ];
    }),
  );

/** @returns {string} the time of one to that of another: `~` where it was hopeless in a row, and its time a lower bound */
function compared(rows, name, reference) {
  const value = ratio(rows, name, reference, fastest);
  const hopeless = Object.values(rows).some((row) => row[name] && row[name].state !== 'measured');
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

/** @param {() => any} kept what bench/figures.mjs has made of a run */
export function benchFigures(kept) {
  /**
   * Code, time, memory, the worst calls.
   * @param {...string} words for those who shall be in it: everybody, if none is named
   */
  function comparison(...words) {
    const { names, cells, sizes, latency } = kept();
    const shown = words.length ? words.map((each) => named(names, each)) : names;
    const timed = picked(cells.linked, seven);
    const pagesOf = (name) => {
      const all = traces.map((each) => cells.linked[each]?.[name]);
      return all.some((cell) => cell?.state !== 'measured')
        ? '-'
        : number(all.reduce((sum, { pages }) => sum + pages, 0));
    };
    const most = (name, kind) => {
      const found = latency[name]?.[kind];
      return found ? `${found.unfinished.length ? '>' : ''}${number(found.most)}` : '-';
    };
    return table([
      ['', 'malloc + free', '+ realloc', 'time', 'pages', 'malloc', 'growth', 'free'],
      ...shown.map((name) => [
        labels[name] ?? name,
        ...['mf', 'mfr'].map((set) => number(sizes[name][set])),
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
  function time(one, other, linking = 'linked') {
    const { cells, names } = kept();
    const [name, reference] = [one, other].map((each) => named([...names, best, alone], each));
    const rows = own(cells).filter((each) => cells[linking][each]);
    return compared(withBest(picked(cells[linking], rows)), name, reference);
  }

  /**
   * The same in one row, linked.
   * @param {string} workload
   * @param {string} one
   * @param {string} other
   * @param {'time' | 'pages'} [what]
   */
  function row(workload, one, other, what = 'time') {
    const { cells, names } = kept();
    const cell = cells.linked[named(Object.keys(cells.linked), workload)];
    const [name, reference] = [one, other].map((each) => named(names, each));
    return what === 'time'
      ? compared({ [workload]: cell }, name, reference)
      : (cell[name].pages / cell[reference].pages).toFixed(1);
  }

  /**
   * The time of one of heaplet's profiles to that of the fastest peer of as little memory in each row; `-` if a run that is kept
   * has not timed it.
   * @param {string} profile
   * @param {'linked' | 'calls' | 'rust'} [linking]
   */
  function frontier(profile, linking = 'linked') {
    const { cells, workloads } = kept();
    const timed = workloads.filter(({ memoryOnly }) => !memoryOnly).map(({ name }) => name);
    const rows = picked(
      cells[linking],
      timed.filter((each) => cells[linking][each]),
    );
    return mean(frontierOf(rows, `heaplet ${profile}`), 'atEqualMemory')?.toFixed(2) ?? '-';
  }

  /** How many workloads that is. */
  const workloads = () => String(own(kept().cells).length);

  /** The memory of one allocator to that of another, over all workloads. */
  function memory(one, other) {
    const { cells, names } = kept();
    const { linked } = cells;
    const [name, reference] = [one, other].map((each) => named([...names, best], each));
    const pages = (cell) => (cell?.state === 'measured' ? cell.pages : undefined);
    const rows = Object.fromEntries(
      Object.entries(linked).map(([workload, row]) => {
        const peers = Object.entries(row).filter(([each]) => !each.startsWith('heaplet') && each !== alone);
        const least = Math.min(...peers.flatMap(([, cell]) => pages(cell) ?? []));
        return [workload, { ...row, [best]: { state: 'measured', pages: least } }];
      }),
    );
    return ratio(rows, name, reference, pages).toFixed(2);
  }

  /** The most instructions of one kind of call (malloc, growth, free) on the heaps that are built to hurt. */
  function latency(word, kind) {
    const { latency, names } = kept();
    return number(latency[named(names, word)][kind === 'growth' ? 'malloc that grows' : kind].most);
  }

  /** Everybody's code and time, as the comparison has them: the points of the plot of one against the other. */
  function points() {
    const { names, cells, sizes } = kept();
    const timed = picked(cells.linked, seven);
    return names.flatMap((name) => {
      const y = ratio(timed, name, 'heaplet fast', fastest);
      return y === undefined ? [] : [{ name, x: sizes[name].mfr, y }];
    });
  }

  return { comparison, time, row, frontier, workloads, memory, latency, points };
}

/** heaplet's bytes, which `npm run size` counts again more often than the benchmark runs: as they are in the table of sizes. */
function counted() {
  const sizes = {};
  for (const { name, exports, size } of results('size').figures) {
    const [profile, coalesce] = name.split('-');
    if (coalesce) sizes[`heaplet ${profile}`] = { ...sizes[`heaplet ${profile}`], [exports]: size };
  }
  return sizes;
}

/** Those of the run that is kept. */
export const ofLastRun = benchFigures(() => {
  const { sizes, ...others } = results('bench').figures;
  return { ...others, sizes: { ...sizes, ...counted() } };
});
