// `npm run coverage`: the tests that need nothing but the language, and which lines of js/ they have run. It fails where a
// test does, and where they leave out a line that coverage-report.mjs does not except.
//
// With the name of a file it writes there, too, why tests were skipped.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, path } from '../tools/paths.mjs';
import { portable, several } from './test-files.mjs';

const [skipped] = process.argv.slice(2);
const covered = join(folder('build'), 'coverage.txt');
const reporters = {
  './scripts/coverage-report.mjs': covered,
  ...(skipped ? { './scripts/skipped.mjs': skipped } : {}),
};
const args = [...several(reporters), '--experimental-test-coverage', ...portable()];
const { status } = spawnSync(process.execPath, args, { cwd: path('.'), stdio: 'inherit' });
const report = readFileSync(covered, 'utf8');
console.log(`\nLines of js/ that these tests have run:\n${report}`);
const complete = /^js\/\S+\.js /m.test(report) && !/: no test runs this: /.test(report);
process.exit(status === 0 && complete ? 0 : 1);
