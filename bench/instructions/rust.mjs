// `npm run bench:rust`: what the rows of the Rust harness cost, counted, with heaplet as the program's allocator and with each
// of its peers. It says where the crate spends what a peer does not, at any hour and on any machine.
//
//   NAME...   those allocators only, as the tables name them
import { isProgram } from '../../tools/paths.mjs';
import { line } from '../../tools/text.mjs';
import { buildForSpeed } from '../allocators/heaplet.mjs';
import { rustPrograms } from '../allocators/rust.mjs';
import { finish, withHarness } from '../build.mjs';
import { workloads } from '../workloads.mjs';
import { count } from './figures.mjs';

/**
 * @param {string[]} names all, if there are none
 * @returns {Promise<Record<string, Record<string, import('./figures.mjs').Figures>>>} by allocator, workload
 */
export async function measureRust(names = []) {
  const rows = workloads([]).filter(({ inRust }) => inRust);
  // Calls are counted on the C harness, which makes the same ones.
  const { calls } = await withHarness(await buildForSpeed('fast'));
  const found = {};
  for (const [name, build] of Object.entries(rustPrograms())) {
    if (names.length && !names.includes(name)) continue;
    const linked = await finish(await build());
    found[name] = {};
    for (const row of rows) found[name][row.name] = await count({ linked, calls }, row);
  }
  return found;
}

if (isProgram(import.meta.url)) {
  const found = await measureRust(process.argv.slice(2));
  const columns = ['instructions', 'accesses', 'l1', 'l2', 'pages'];
  console.log(line(['a call', '', ...columns], 18, 13));
  for (const [name, rows] of Object.entries(found))
    for (const [row, figures] of Object.entries(rows)) {
      const each = columns.map((what) =>
        figures.failed ? '-' : what === 'pages' ? figures.pages : (figures[what] / figures.calls).toFixed(2),
      );
      console.log(line([name, row, ...each], 18, 13));
    }
}
