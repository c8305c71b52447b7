// The JavaScript tests in the browsers of this machine, on a page that may share memory with its workers and on one
// that may not. `node test/browser/run.mjs [chromium|firefox]`
import { readdirSync } from 'node:fs';
import { path } from '../../tools/paths.mjs';
import '../js/modules/build.mjs';
import { commandOf, known, launch } from '../../tools/browsers.mjs';
import { serve } from '../../tools/server.mjs';

/** What Node's modules are in a browser. */
const modules = {
  'node:test': '/test/browser/node-test.mjs',
  'node:assert/strict': '/test/browser/node-assert.mjs',
};

const LIMIT = 150_000; // ms

const files = readdirSync(path('test/js')).filter((name) => name.endsWith('.test.mjs'));
files.push('../browser/example.mjs', '../browser/explorer.mjs');

/** @returns {Promise<{ agent: string, results: Array<{ name: string, error?: string, skipped?: string }> }>} */
async function runIn(name, command, isolated) {
  let finish;
  const posted = new Promise((done) => {
    finish = (_, body) => done(JSON.parse(body));
  });
  const server = await serve({ isolated, modules, posted: finish });
  const browser = launch(name, command, `${server.url}/test/browser/page.html?files=${files}`);
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(fail, LIMIT, new Error(`no results after ${LIMIT / 1000} s`));
  });
  try {
    return await Promise.race([posted, late]);
  } finally {
    clearTimeout(timer);
    await browser.end();
    server.close();
  }
}

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
