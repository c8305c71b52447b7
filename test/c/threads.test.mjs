// Programs with threads, linked as the `heaplet` command says, by each Emscripten that is here: POSIX threads on every
// profile, and Wasm Workers where it has them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { test } from 'node:test';
import { commandOf } from '../../tools/browsers.mjs';
import { findEmscripten, isOlder, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { postedBy } from '../../tools/posted.mjs';
import { profiles } from '../../wasm/build/modules.mjs';
import { heapletFlags } from '../support/flags.mjs';

const emscripten = findEmscripten();
const skip = !emscripten && missing;
const hasPorts = emscripten && !isOlder(emscripten.version, '3.1.54');

const flags = (...args) => heapletFlags('--emscripten', ...args);

const posix = [
  ...['-sPTHREAD_POOL_SIZE=5', '-sPROXY_TO_PTHREAD=1', '-sEXIT_RUNTIME=1', '-sALLOW_MEMORY_GROWTH=1'],
  ...['-Wno-pthreads-mem-growth', '-fno-builtin', '-O1', `-I${path('wasm')}`],
];

function link(name, source, ...args) {
  const out = join(folder('build/test-c'), `threads-${emscripten.version}`);
  mkdirSync(out, { recursive: true });
  const program = join(out, `${name}.js`);
  // The workers load it by its name: it is CommonJS, whatever stands in the folders above.
  writeFileSync(join(out, 'package.json'), '{}');
  runEmscripten(emscripten, ['emcc', path(`test/c/${source}`), ...args, '-o', program]);
  return program;
}

/** How a program ended, and what it printed. */
function outcome(program, ...args) {
  // What a pipe cannot take at once Node may refuse to write there.
  const errors = program.replace(/js$/, 'txt');
  const file = openSync(errors, 'w');
  const ended = spawnSync(process.execPath, [...emscripten.nodeFlags, program, ...args], {
    encoding: 'utf8',
    timeout: 180_000,
    stdio: ['ignore', 'pipe', file],
  });
  closeSync(file);
  return { ...ended, stderr: readFileSync(errors, 'utf8') };
}

function runs(program, ...args) {
  const { status, stdout, stderr } = outcome(program, ...args);
  // The first line says which of the program's checks failed; Emscripten repeats its stack often.
  assert.equal(status, 0, `${stdout}${stderr.slice(0, 1000)}\n...\n${stderr.slice(-1000)}`);
  return stdout;
}

for (const profile of profiles) {
  test(`Emscripten, ${profile}: threads that share blocks and end`, { skip }, () => {
    const program = link(profile, 'threads.c', ...posix, ...flags('--threads', '--profile', profile));
    assert.ok(Number(runs(program)) < 10_000_000);
  });
}

test('Emscripten: the port is for threads where the program is', {
  skip: hasPorts ? false : 'an Emscripten with external ports, 3.1.54 or later',
}, () => {
  const program = link('port', 'threads.c', ...posix, ...flags('--port', '--threads'));
  assert.ok(Number(runs(program)) < 10_000_000);
});

test('Emscripten: a main thread that may not wait gets blocks while others have the lock', { skip }, () => {
  // Without PROXY_TO_PTHREAD it is the runtime's own thread that joins them; a browser's may not sleep, which this one is told.
  for (const profile of profiles) {
    const own = posix.filter((flag) => !flag.includes('PROXY'));
    const told = ['-Wl,--wrap=_emscripten_thread_supports_atomics_wait', '-DNEVER_WAITS=1'];
    const program = link(
      `main-${profile}`,
      'threads_main.c',
      ...own,
      ...told,
      ...flags('--threads', '--profile', profile),
    );
    assert.match(runs(program), /^main took \d+ blocks/);
  }
});

test('Emscripten, hardened: a thread tells of a fault though the main thread wants memory meanwhile', {
  skip,
}, () => {
  // Without PROXY_TO_PTHREAD, for what a thread writes its runtime's own thread writes.
  const own = posix.filter((flag) => !flag.includes('PROXY'));
  const program = link('fault', 'threads_fault.c', ...own, ...flags('--threads', '--profile', 'hardened'));
  const { status, signal, stdout, stderr } = outcome(program);
  assert.equal(signal, null, 'the program does not end');
  assert.notEqual(status, 0);
  assert.match(stderr, /heaplet: double free: 100 bytes at 0x[0-9a-f]+ \(malloc #\d+\)/);
  assert.match(stdout, /the main thread has had its blocks/);

  // Nor does what a thread says of the heap wait for the main one, or that for it.
  const validated = outcome(program, 'validate');
  assert.equal(validated.status, 0, validated.stdout);
  assert.match(validated.stderr, /^heaplet: a block was written past its end/);
  assert.doesNotMatch(validated.stdout, /not found/);
  const dumped = outcome(program, 'dump');
  assert.equal(dumped.status, 0);
  const lines = dumped.stderr.trim().split('\n');
  assert.ok(lines.length > 1500, `${lines.length} lines`);
  let before = 0;
  for (const line of lines) {
    const [, address] = /^heaplet: (0x[0-9a-f]+) \d+ (?:used|free)$/.exec(line) ?? assert.fail(line);
    assert.ok(Number(address) > before, line);
    before = Number(address);
  }
});

test("Emscripten, hardened: a program's own heaplet_fault may ask for blocks and print", { skip }, () => {
  const own = ['-DOWN_FAULT=1', ...posix.filter((flag) => !flag.includes('PROXY'))];
  for (const stacks of [[], ['--stacks']]) {
    const linked = [
      ...flags('--threads', '--profile', 'hardened', ...stacks),
      `-DROUNDS=${stacks.length ? 5000 : 3000000}`,
    ];
    const { status, signal, stdout, stderr } = outcome(
      link(`own-fault${stacks}`, 'threads_fault.c', ...own, ...linked),
    );
    assert.equal(signal, null, 'the program does not end');
    assert.notEqual(status, 0);
    assert.match(stderr, /^my fault 1: 100 bytes, #\d+$/m);
    assert.match(stdout, /^the main thread has had its blocks$/m);
  }
});

// What another module or JavaScript makes memory grow by is theirs. First in an order that the program forces, then as it comes.
const forced = [
  ...['-Wl,--wrap=emscripten_resize_heap', '-sMAXIMUM_MEMORY=268435456', '-sABORTING_MALLOC=0'],
  ...['-sEXPORTED_RUNTIME_METHODS=HEAPU8'],
];
const growing = ['-sALLOW_MEMORY_GROWTH=1', '-Wno-pthreads-mem-growth', '-fno-builtin', '-O1'];

// (With threads `lean` is what `fast` is.)
const different = profiles.filter((profile) => profile !== 'lean');

for (const profile of different) {
  test(`Emscripten, ${profile}: somebody else makes memory grow whenever it does`, { skip }, () => {
    const linked = ['-sEXIT_RUNTIME=1', ...flags('--threads', '--profile', profile)];
    const program = link(`pages-${profile}`, 'threads_pages.c', ...growing, ...forced, ...linked);
    assert.match(runs(program), /^\d\d pages of others/);
  });

  test(`Emscripten, ${profile}: somebody else makes memory grow while threads do`, { skip }, () => {
    const program = link(
      `growth-${profile}`,
      'threads_growth.c',
      ...posix,
      ...flags('--threads', '--profile', profile),
    );
    for (let round = 0; round < 3; round++) assert.match(runs(program), /^\d+ pages are as they were left/);
  });
}

// A worker that ends in the middle of a call: by the same stand-in, which then never comes back.
const ended = [...forced, '-sENVIRONMENT=node,worker', '-sEXIT_RUNTIME=1', `-I${path('wasm')}`, ...growing];

/** @param {string} program @param {string} profile */
function endsAsStated(program, profile) {
  // A thread of `fast` has what it keeps, without the lock; else every call needs it.
  const small = profile === 'fast' ? 1 : 0;
  assert.equal(runs(program, 'inside', `${small}`), `small ${small} large 0\n`);
  assert.equal(runs(program, 'outside', '2'), 'small 1 large 1\n');
}

for (const profile of different) {
  test(`Emscripten, ${profile}: a worker that is terminated, with the lock and without`, { skip }, () => {
    const linked = ['-sPTHREAD_POOL_SIZE=2', ...flags('--threads', '--profile', profile)];
    endsAsStated(link(`ended-${profile}`, 'threads_ended.c', ...ended, ...linked), profile);
  });
}

/** What a program prints in a page, or how it fails there. */
function printsInPage(program, command) {
  const page = program.replace(/js$/, 'html');
  const told = "const tell = (text) => fetch('/told', { method: 'POST', body: JSON.stringify(text) });";
  const telling = 'window.onerror = tell; var Module = { print: tell, printErr: tell };';
  writeFileSync(page, `<script>${told} ${telling}</script><script src="${basename(program)}"></script>`);
  return postedBy('chromium', command, relative(path('.'), page), { isolated: true });
}

const chromium = commandOf('chromium');
test('Emscripten: a page of Chromium spins for the lock, and never sleeps', {
  skip: skip || (!chromium && 'chromium is not on this machine'),
}, async () => {
  for (const profile of different) {
    const linked = ['-sPTHREAD_POOL_SIZE=1', '-sEXIT_RUNTIME=1', ...flags('--threads', '--profile', profile)];
    const program = link(`page-${profile}`, 'threads_page.c', ...growing, ...forced, ...linked);
    assert.equal(await printsInPage(program, chromium), 'got it after a while');
  }
});

const hasWorkers = emscripten && !isOlder(emscripten.version, '6.0.0');
test('Emscripten: Wasm Workers share a heap', {
  skip: !hasWorkers && 'an Emscripten from 6.0 on',
}, () => {
  for (const profile of profiles) {
    const settings = [
      '-O1',
      '-fno-builtin',
      `-I${path('wasm')}`,
      '-sENVIRONMENT=node,worker',
      '-sEXIT_RUNTIME=1',
    ];
    const program = link(
      `workers-${profile}`,
      'threads_workers.c',
      ...settings,
      ...flags('--wasm-workers', '--profile', profile),
    );
    assert.match(runs(program), /^all is well/);
  }
});

test('Emscripten: somebody else makes memory grow while Wasm Workers do', {
  skip: !hasWorkers && 'an Emscripten from 6.0 on',
}, () => {
  for (const profile of different) {
    const linked = [
      '-sENVIRONMENT=node,worker',
      '-sEXIT_RUNTIME=1',
      ...flags('--wasm-workers', '--profile', profile),
    ];
    const program = link(`workers-pages-${profile}`, 'threads_pages.c', ...growing, ...forced, ...linked);
    assert.match(runs(program), /^\d\d pages of others/);
    const stress = link(`workers-growth-${profile}`, 'threads_growth.c', ...growing, ...linked);
    assert.match(runs(stress), /^\d+ pages are as they were left/);
  }
});

test('Emscripten: a Wasm Worker that is terminated, with the lock and without', {
  skip: !hasWorkers && 'an Emscripten from 6.0 on',
}, () => {
  for (const profile of different) {
    const linked = flags('--wasm-workers', '--profile', profile);
    endsAsStated(link(`workers-ended-${profile}`, 'threads_ended.c', ...ended, ...linked), profile);
  }
});

test('Emscripten: an AudioWorklet of Chromium spins for the lock, and never sleeps', {
  skip: hasWorkers ? !chromium && 'chromium is not on this machine' : 'an Emscripten from 6.0 on',
}, async () => {
  // All but `fast` have the lock and nothing else.
  for (const profile of ['small', 'fast']) {
    const linked = ['-sAUDIO_WORKLET', ...flags('--wasm-workers', '--profile', profile)];
    const audio = (name, ...more) => link(name, 'threads_audio.c', ...growing, ...forced, ...linked, ...more);
    const played = await printsInPage(audio(`audio-${profile}`), chromium);
    assert.equal(played, 'played all, and waited for the lock once');
    if (profile !== 'fast') continue;
    // It is ended where it is told that it may sleep: so it wanted the lock while another one had it.
    const told = ['-Wl,--wrap=_emscripten_thread_supports_atomics_wait', '-DSLEEPS=1'];
    assert.equal(await printsInPage(audio('audio-sleeps', ...told), chromium), 'the processor has failed');
  }
});
