// The JavaScript tests in the browsers of this machine, on a page that may share memory with its workers and on one
// that may not. `node test/browser/run.mjs [chromium|firefox]`
import { readdirSync } from 'node:fs';
import { path } from '../../tools/paths.mjs';
import '../js/modules/build.mjs';
import { commandOf, known } from '../../tools/browsers.mjs';
import { postedBy } from '../../tools/posted.mjs';

/** What Node's modules are in a browser. */
const modules = {
  'node:test': '/test/browser/node-test.mjs',
  'node:assert/strict': '/test/browser/node-assert.mjs',
};

const files = readdirSync(path('test/js')).filter((name) => name.endsWith('.test.mjs'));
files.push('../browser/example.mjs', '../browser/explorer.mjs');

/** @returns {Promise<{ agent: string, results: Array<{ name: string, error?: string, skipped?: string }> }>} */
const runIn = (name, command, isolated) =>
  postedBy(name, command, `test/browser/page.html?files=${files}`, { isolated, modules });

let failures = 0;
const wanted = process.argv.slice(2);
for (const name of wanted.length ? wanted : known) {
  const command = commandOf(name);
  if (!command) {
    console.log(`${name}: not on this machine`);
    failures += wanted.length;
    continue;
  }
  for (const isolated of [true, false]) {
    const start = Date.now();
    const page = `${name}, ${isolated ? 'isolated' : 'not isolated'}`;
    try {
      const { agent, results } = await runIn(name, command, isolated);
      const failed = results.filter(({ error }) => error);
      const skipped = results.filter((result) => result.skipped);
      const passed = results.length - failed.length - skipped.length;
      const seconds = ((Date.now() - start) / 1000).toFixed(1);
      console.log(
        `${page}: ${passed} passed, ${failed.length} failed, ${skipped.length} left out, ${seconds} s`,
      );
      console.log(`  ${agent}`);
      for (const result of skipped) console.log(`  left out: ${result.name}: ${result.skipped}`);
      for (const result of failed) console.log(`  FAILED: ${result.name}: ${result.error}`);
      failures += failed.length + (passed === 0 ? 1 : 0);
    } catch (error) {
      console.log(`${page}: ${error.message}`);
      failures++;
    }
  }
}
process.exit(failures ? 1 : 0);
