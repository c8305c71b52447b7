// Builds the explorer: dist/explorer.html, one page that needs no server, and dist/explorer.js, the entry `heaplet/explorer`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, path } from '../tools/paths.mjs';
import { bundle, packaged, page } from './bundle.mjs';

const start = performance.now();
const out = folder('dist');
const modules = await packaged();
const html = await page(modules);
writeFileSync(join(out, 'explorer.html'), html);
writeFileSync(join(out, 'explorer.js'), await bundle('index.js', modules));
writeFileSync(
  join(out, 'explorer.d.ts'),
  readFileSync(path('explorer/explorer.d.ts'), 'utf8').replaceAll('../dist/', './'),
);
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.error(`heaplet: dist/explorer.html ${html.length} bytes ${seconds} s`);
