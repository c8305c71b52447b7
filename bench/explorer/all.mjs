// `npm run explorer`: build/explorer.html, the explorer whose "what if" has every allocator of the benchmark that can be built
// here. The one in the package has heaplet's profiles and dlmalloc.
//
//   node bench/explorer/all.mjs [REGEXP [FILE]]   allocators whose names match, and where the page is written
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packaged, page } from '../../explorer/bundle.mjs';
import { folder } from '../../tools/paths.mjs';
import { progressLine } from '../../tools/progress.mjs';
import { find } from '../allocators/index.mjs';

const only = new RegExp(process.argv[2] ?? '.');
const progress = progressLine();
const { allocators, missing } = find(only);
const modules = await packaged();
for (const { name, build } of allocators) {
  // Those are there already.
  if (!build || /^heaplet|^dlmalloc .wasi/.test(name)) continue;
  progress.report(`building ${name}`);
  modules[name] = await build();
}
progress.end();
const file = process.argv[3] ?? join(folder('build'), 'explorer.html');
writeFileSync(file, await page(modules));
console.log(`${file}: ${Object.keys(modules).join(', ')}`);
for (const hint of missing) console.log(`left out: ${hint}`);
