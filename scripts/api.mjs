// `npm run api`: writes js/API.md from the sources' types and comments. With --check it only says whether the file is
// what it would write (a test does).
import { readFileSync, writeFileSync } from 'node:fs';
import { path } from '../tools/paths.mjs';
import { apiText } from './api/markdown.mjs';
import { withEntries } from './api/members.mjs';

const file = path('js/API.md');
const text = withEntries((read) => apiText(read, readFileSync(path('js/README.md'), 'utf8')));
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('js/API.md is not what the sources say: npm run api');
  process.exit(1);
}
