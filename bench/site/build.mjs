// `npm run bench:site`: the comparison as a static page, build/site/index.html: the report of the last `npm run bench`, if
// there was one, and a button that runs the same workloads on every allocator in the visitor's browser. All is in the page.
//
//   --only REGEXP   allocators whose names match
//   --rows REGEXP   workloads whose names match
//   --results FILE  of the run whose report is in the page; build/bench/results.json if it is left out
//   --out FOLDER    build/site if it is left out
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { folder, path } from '../../tools/paths.mjs';
import { progressLine } from '../../tools/progress.mjs';
import { escaped } from '../../tools/text.mjs';
import { find } from '../allocators/index.mjs';
import { withHarness } from '../build.mjs';
import { colours } from '../report/colours.mjs';
import { time } from '../report/figures.mjs';
import { page, style } from '../report/page.mjs';
import { callsOf, workloads } from '../workloads.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '.' },
    rows: { type: 'string', default: '.' },
    results: { type: 'string' },
    out: { type: 'string' },
  },
});

const progress = progressLine();
const { allocators, missing } = find(new RegExp(options.only));
const programs = {};
for (const { name, build: make } of allocators) {
  if (!make) continue;
  progress.report(`building ${name}`);
  programs[name] = Buffer.from((await withHarness(await make())).linked[0]).toString('base64');
}
progress.end();

const file = options.results ? resolve(options.results) : path('build/bench/results.json');
const results = options.results || existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
const names = Object.keys(programs);
const rows = workloads([])
  .filter(({ name, script }) => !script && new RegExp(options.rows).test(name))
  .map((workload) => {
    const { name, title, run, parameters, operations } = workload;
    const measured = results?.cells.linked[name] ?? {};
    const ours = Object.fromEntries(
      names.flatMap((each) => (time(measured[each]) ? [[each, time(measured[each])]] : [])),
    );
    return { name, title, run, parameters, operations, calls: callsOf(workload, operations), ours };
  });

const { outputFiles } = await build({
  entryPoints: [path('bench/site/worker.js')],
  bundle: true,
  format: 'iife',
  write: false,
});
const worker = outputFiles[0].text;

/** A value as a script of the page has it: no text in it may end the script. */
const inPage = (value) => JSON.stringify(value).replaceAll('<', '\\u003c');
const colour = colours(names);
const script = `
const job = ${inPage({ programs, rows })};
const worker = ${inPage(worker)};
const colours = ${inPage(Object.fromEntries(names.map((name) => [name, colour(name)])))};
${readFileSync(path('bench/site/page.js'), 'utf8')}`;

const more = `
button { font: inherit; padding: .3rem 1rem; } label { margin-left: 1rem; }
.live ol { list-style: none; margin: 0; padding: 0; } .live li { display: grid; gap: .1rem .6rem; align-items: center;
  grid-template-columns: 9.5rem minmax(6rem, 1fr) 15rem; font-size: 13px; }
.live figcaption { color: var(--ink); font-weight: 600; max-width: none; } .track { position: relative; height: 12px; background: var(--area); }
.bar { position: absolute; inset: 0 auto 0 0; } .spread { position: absolute; top: 5px; height: 2px; background: var(--ink); }
.ours { position: absolute; top: -1px; bottom: -1px; width: 2px; background: var(--own); } .value { color: var(--soft); }
@media (max-width: 560px) { .live li { grid-template-columns: 8rem minmax(0, 1fr); } .value { grid-column: 1 / -1; overflow-wrap: anywhere; } }
`;

const live = `<h2>In your browser</h2>
<p>The same workloads on the same modules, in a worker of this page: ${escaped(String(rows.length))} rows, ${names.length} allocators. A bar is the median
of the rounds, the thin line in it their spread${results ? ', the mark the figure of the report below' : ''}. Leave the page in front while it runs.</p>
<p><button id="run">Run it here</button><label><input type="checkbox" id="full"> all operations, five rounds</label></p>
<p id="status" role="status"></p><div id="plots"></div>`;

const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src data:";
const head = `<meta http-equiv="Content-Security-Policy" content="${policy}"><style>${more}</style>`;
const bare = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>heaplet: benchmark</title><style>${style}</style>
<h1>heaplet: benchmark</h1>
<p>There is no report in this page: it is made by <code>npm run bench</code>, before this page.</p>`;
const report = results ? page(results) : bare;
const [before, after] = [report.slice(0, report.indexOf('<h2>')), report.slice(report.indexOf('<h2>'))];
const html = results ? `${before}${live}${after}` : `${report}${live}`;

const out = options.out ? resolve(options.out) : folder('build/site');
mkdirSync(out, { recursive: true });
writeFileSync(
  join(out, 'index.html'),
  `${html.replace('<title>', `${head}<title>`)}<script>${script}</script>\n`,
);
console.log(
  `${join(out, 'index.html')}: ${names.length} allocators, ${rows.length} workloads${results ? ', and the report' : ''}`,
);
for (const hint of missing) console.log(`left out: ${hint}`);
