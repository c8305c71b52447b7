// The parts of `npm test`: what fails is named, what needs it is not run, and processor time is counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node, Runner, runPart, whyFailed } from '../../scripts/parts.mjs';

const program = (title, text) => node(title, '-e', text);

test('a part passes or fails, and what it prints stands together in its order', async () => {
  const text = "console.log('one'); console.error('two'); setTimeout(() => console.log('three'), 50)";
  const { printed, passed } = await runPart(program('talks', text));
  assert.equal(passed, true);
  assert.deepEqual(printed.split('\n').sort(), ['', 'one', 'three', 'two']);
  for (const part of [
    program('fails', 'process.exit(3)'),
    program('dies', "process.kill(process.pid, 'SIGKILL')"),
    { title: 'is not there', command: '/no/such/command', args: [] },
  ])
    assert.equal((await runPart(part)).passed, false, part.title);
});

test('its environment and its arguments arrive as they are', async () => {
  const args = ['-p', 'JSON.stringify([process.env.PART, ...process.argv.slice(1)])', 'a b', '$HOME', '"'];
  const { printed } = await runPart({ ...node('echoes', ...args), env: { ...process.env, PART: 'x y' } });
  assert.deepEqual(JSON.parse(printed), ['x y', 'a b', '$HOME', '"']);
});

test("its children's processor time is counted, and no waiting", {
  skip: process.platform === 'win32' && 'no shell that counts',
}, async () => {
  const spin = 'const end = process.cpuUsage().user + 4e5; while (process.cpuUsage().user < end);';
  const spawning = `require('child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(spin)}])`;
  const { busy } = await runPart(program('works in a child', spawning));
  assert.ok(busy >= 0.4, `${busy} s`);
  const waiting = await runPart(program('waits', 'setTimeout(() => {}, 2000)'));
  assert.ok(waiting.busy < waiting.seconds && waiting.seconds >= 2, `${waiting.busy} s`);
});

test('a row ends where a part fails; other rows do not', async () => {
  let said = '';
  const runner = new Runner((text) => {
    said += text;
  });
  const fails = program('fails', 'process.exit(1)');
  await runner.together([[fails, program('needs it', '')], [program('passes', '')]]);
  assert.deepEqual(runner.outcomes.map(({ title }) => title).sort(), ['fails', 'passes']);
  assert.deepEqual(runner.failed, ['fails']);
  assert.match(said, /^== fails: FAILED in [\d.]+ s$/m);
});

test('what failed is told once more at the end, without what passed', async () => {
  const runner = new Runner(() => {});
  const tests = `
    import assert from 'node:assert'; import { test } from 'node:test';
    test('passes', () => {}); test('fails', () => assert.equal(1, 2, 'one is not two')); test('passes too', () => {});`;
  // This test is itself run by one who asks for another form.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  await runner.row([{ ...node('tests', '--test-reporter=tap', '--input-type=module', '-e', tests), env }]);
  assert.equal(runner.reasons.length, 1);
  assert.match(runner.reasons[0], /^\n== tests\nnot ok 2 - fails\n(.*\n)* +error: .*one is not two/);
  assert.doesNotMatch(runner.reasons[0], /passes/);
  const nested = 'not ok 1 - suite\n  ...\nok 2 - passes\n';
  assert.equal(
    whyFailed(`    not ok 1 - within\n      ---\n      ...\n    1..1\n${nested}not ok 3 - last\n`),
    '    not ok 1 - within\n      ---\nnot ok 1 - suite\nnot ok 3 - last',
  );
  assert.equal(whyFailed(`not ok 1 - talks\n${'x\n'.repeat(3e6)}`, 2), 'not ok 1 - talks\nx');
  assert.equal(whyFailed('no test\nof any name\n', 1), 'of any name');
});

test('the table begins with what took most of the processors', () => {
  const runner = new Runner();
  runner.outcomes = [
    { title: 'waits', passed: true, seconds: 9, busy: 1 },
    { title: 'works', passed: true, seconds: 5, busy: 4 },
  ];
  assert.match(runner.table(), /^works +4\.0 +5\.0\nwaits +1\.0 +9\.0\nall 2 +5\.0 +14\.0$/m);
});
