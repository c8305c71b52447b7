// The package on pages with a strict policy: `node test/browser/policy.mjs chromium`, or `firefox`. With 'wasm-unsafe-eval'
// all works; without, the error says what to do, and a module that came compiled works.
import assert from 'node:assert/strict';
import { commandOf, known, launch } from '../../tools/browsers.mjs';
import { serve } from '../../tools/server.mjs';

const LIMIT = 60_000; // ms

/** What policy-page.mjs has found under a policy. */
async function under(policy, name, command) {
  let finish;
  const results = new Promise((done) => {
    finish = (_, body) => done(JSON.parse(body));
  });
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(fail, LIMIT, new Error(`no results after ${LIMIT / 1000} s`));
  });
  const server = await serve({ isolated: true, policy, posted: finish });
  const browser = launch(name, command, `${server.url}/test/browser/policy.html`);
  try {
    return await Promise.race([results, late]);
  } finally {
    clearTimeout(timer);
    await browser.end();
    server.close();
  }
}

const classes = ['Heap', 'CoreHeap', 'SmallHeap', 'HardenedHeap'];
const wanted = process.argv.slice(2);
for (const name of wanted.length ? wanted : known) {
  const command = commandOf(name);
  assert.ok(command, `${name}: not on this machine`);
  const open = await under("script-src 'self' 'wasm-unsafe-eval'", name, command);
  assert.deepEqual(open, {
    created: classes.map((each) => [each, '10']),
    shared: 'true',
    over: 'true',
    posted: 'true',
  });
  const { created, shared, over, posted } = await under("script-src 'self'", name, command);
  assert.deepEqual(
    created.map(([each]) => each),
    classes,
  );
  for (const message of [...created.map(([, text]) => text), shared, over])
    assert.match(
      message,
      /^CompileError: module: wasm may not be compiled here: .*Heap.create.*'wasm-unsafe-eval'/,
    );
  assert.equal(posted, name === 'firefox' ? 'not to be posted here' : 'true');
  console.log(`${name}: works with 'wasm-unsafe-eval', and says without it what to do`);
}
