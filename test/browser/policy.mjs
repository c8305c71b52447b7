// The package on pages with a strict policy: `node test/browser/policy.mjs chromium`, or `firefox`. With 'wasm-unsafe-eval'
// all works; without, the error says what to do, and a module that came compiled works.
import assert from 'node:assert/strict';
import { commandOf, known } from '../../tools/browsers.mjs';
import { postedBy } from '../../tools/posted.mjs';

/** What policy-page.mjs has found under a policy. */
const under = (policy, name, command) =>
  postedBy(name, command, 'test/browser/policy.html', { isolated: true, policy });

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
