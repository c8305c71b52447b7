// Programs that are linked with the tracing archive, recorded: under WASI by `heaplet record`, of Emscripten by
// `record(Module)`. What leaks is named, and what is in use at the end is what the program counted.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { History, leaks } from 'heaplet/capture';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, missing } from '../../tools/emscripten.mjs';
import { path } from '../../tools/paths.mjs';

const folder = mkdtempSync(join(tmpdir(), 'heaplet-record-'));
after(() => rmSync(folder, { recursive: true }));
const command = path('bin/heaplet.mjs');
const heaplet = (...args) =>
  spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: 'utf8' });

/** Holds a capture against what its program has printed. */
function sameAs(file, printed) {
  const history = new History(readFileSync(join(folder, file)));
  assert.deepEqual([history.reading.complete, history.reading.error], [true, undefined]);
  const [, blocks, bytes] = /^(\d+) (\d+)$/m.exec(printed) ?? assert.fail(printed);
  const usages = leaks(history);
  const [first] = usages;
  const frames = history.framesOf(first.stack);
  assert.match(frames[0], /planted_leak|wasm-function/);
  assert.equal(first.blocks, 1000);
  return { history, frames, usages, blocks: Number(blocks), bytes: Number(bytes) };
}

/** What is in use besides the program's own: what its libc has for the stream that it prints to. */
const libcs = (history) =>
  [...history.liveAt()].filter(
    (block) =>
      !history.framesOf(history.stack.raw[block]).some((frame) => /main|planted|startup|others/.test(frame)),
  );

/** Links test/c/leaks.c, or another program, with the flags that the command prints. */
async function link(profile, source = readFileSync(path('test/c/leaks.c'), 'utf8'), more = []) {
  const { stdout } = heaplet(
    'flags',
    '--wasi',
    '--trace',
    '--json',
    ...(profile ? ['--profile', profile] : []),
  );
  /** @type {Record<string, string | Uint8Array>} */
  const files = { 'leaks.c': source };
  const flags = JSON.parse(stdout).map((flag) => {
    if (flag.startsWith('-')) return flag;
    const name = flag.split(/[/\\]/).at(-1);
    files[name] = readFileSync(flag);
    return name;
  });
  return clang(
    [
      'clang',
      '--target=wasm32-wasip1',
      '-O1',
      '-g',
      '-D_GNU_SOURCE',
      '-fno-builtin',
      '-Wl,--max-memory=16777216',
      'leaks.c',
      ...flags,
      ...more,
      '-o',
      'leaks.wasm',
    ],
    files,
  );
}

for (const profile of [undefined, 'fast', 'small', 'hardened']) {
  test(`a WASI program with ${profile ?? "its libc's malloc"} is recorded`, async () => {
    const name = profile ?? 'libc';
    writeFileSync(join(folder, `${name}.wasm`), await link(profile));
    const { status, stdout, stderr } = heaplet('record', `${name}.wasm`);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /events, .* bytes: .*\.heapcap/);
    const { history, frames, blocks, bytes } = sameAs(`${name}.heapcap`, stdout);
    assert.deepEqual(frames.slice(0, 2), ['planted_leak', 'one_round']);
    assert.ok(frames.some((frame) => /main/.test(frame)));
    // The program's outermost function is the outermost frame: who runs it is none of what is looked for.
    assert.equal(frames.at(-1), '_start');
    assert.deepEqual(
      history.frames.filter((frame) => /\.m?js|node:/.test(frame)),
      [],
    );
    const more = libcs(history);
    assert.equal(history.liveAt().length - more.length, blocks);
    assert.equal(history.bytesOf(history.liveAt()) - history.bytesOf(Uint32Array.from(more)), bytes);
  });
}

test('a capture is exported; what cannot be is said in a line', async () => {
  writeFileSync(join(folder, 'leaks.wasm'), await link('fast'));
  const ran = heaplet('record', '--stacks', '3', '--sampling', '5000', '-o', 'few.heapcap', 'leaks.wasm');
  assert.equal(ran.status, 0);
  const few = new History(readFileSync(join(folder, 'few.heapcap')));
  assert.ok(few.events < 1000);
  // All that is in use, but for what its libc has: a block that realloc resizes is counted once.
  const more = few.totals[0].bytes - Number(/^\d+ (\d+)$/m.exec(ran.stdout)[1]);
  assert.ok(more >= 0 && more < 10_000, `${more}`);
  for (const [flag, file] of [
    ['--speedscope', 'few.speedscope.json'],
    ['--heapprofile', 'few.heapprofile'],
    ['--trace', 'few.trace'],
  ]) {
    const { status, stdout } = heaplet('export', 'few.heapcap', flag);
    assert.deepEqual([status, stdout], [0, `${file}\n`]);
    assert.ok(readFileSync(join(folder, file)).length > 100);
  }
  for (const args of [
    ['record'],
    ['record', 'none.wasm'],
    ['record', 'few.trace'],
    ['record', '--stacks', 'many', 'leaks.wasm'],
    ['export', 'few.heapcap'],
    ['export', 'few.trace', '--speedscope'],
    ['export', 'none.heapcap', '--trace'],
    ['explore', 'none.heapcap', '--no-open'],
    ['record', '-o', 'none/a.heapcap', 'leaks.wasm'],
    ['export', 'few.heapcap', '--trace', '-o', 'none/a.trace'],
    ['merge', 'few.heapcap', 'few.heapcap', '-o', 'none/a.heapcap'],
  ]) {
    const { status, stdout, stderr } = heaplet(...args);
    assert.deepEqual([status, stdout], [1, ''], args.join(' '));
    assert.match(stderr, /^heaplet: .*\nTry heaplet --help\n$/);
  }
});

test('of a program without names of functions it says how they are had', async () => {
  writeFileSync(
    join(folder, 'nameless.wasm'),
    await link('fast', '#include <stdlib.h>\nint main(void) { free(malloc(5)); }', ['-Wl,--strip-all']),
  );
  const hint = /nameless\.wasm: .* no names of functions.*--no-wasm-opt/;
  assert.match(heaplet('record', 'nameless.wasm').stderr, hint);
  assert.doesNotMatch(heaplet('record', '--stacks', '0', 'nameless.wasm').stderr, hint);
  assert.doesNotMatch(heaplet('record', 'leaks.wasm').stderr, /no names of functions/);
});

test('what is refused is refused once, whatever calls what', async () => {
  const source = `#include <stdlib.h>
    void* volatile kept;
    int main(void) {
      kept = malloc(2000000000u), kept = calloc(1, 2000000001u), kept = realloc(malloc(5), 2000000002u);
      kept = aligned_alloc(4096, 1999998976u);
    }`;
  writeFileSync(join(folder, 'refused.wasm'), await link('fast', source));
  const { status, stderr } = heaplet('record', 'refused.wasm');
  assert.equal(status, 0, stderr);
  const { refusals } = new History(readFileSync(join(folder, 'refused.heapcap')));
  const sizes = [2_000_000_000, 2_000_000_001, 2_000_000_002, 1_999_998_976];
  assert.deepEqual(
    refusals.map(({ size }) => size),
    sizes,
  );
});

test('a program that is not for WASI is named as such, and nothing is written', async () => {
  const source = `#include <stdlib.h>
    __attribute__((import_module("env"), import_name("other"))) void other(void);
    int main(void) { free(malloc(5)), other(); }`;
  writeFileSync(join(folder, 'foreign.wasm'), await link('fast', source));
  const { status, stderr } = heaplet('record', 'foreign.wasm');
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^heaplet: foreign.wasm: it is no WASI program, it imports env\.other\. .*record\(Module\)/,
  );
  assert.ok(!existsSync(join(folder, 'foreign.heapcap')));
});

test('of a program that traps the capture is whole', async () => {
  const source = '#include <stdlib.h>\nvoid* volatile kept; int main() { kept = malloc(1234); abort(); }';
  const wasm = await clang(
    ['clang', '--target=wasm32-wasip1', '-O1', 'a.c', '-Wl,--wrap=malloc', 'trace.a', '-o', 'a.wasm'],
    { 'a.c': source, 'trace.a': readFileSync(path('dist/wasi/libheaplet-trace.a')) },
  );
  writeFileSync(join(folder, 'traps.wasm'), wasm);
  assert.notEqual(heaplet('record', 'traps.wasm').status, 0);
  const history = new History(readFileSync(join(folder, 'traps.heapcap')));
  assert.ok(history.reading.complete);
  assert.ok([...history.liveAt()].some((block) => history.size.raw[block] === 1234));
});

const emscripten = findEmscripten();

/** How a module is built, and what is heard of it. */
const ways = {
  archive: {
    heard: 'all',
    flags: () => JSON.parse(heaplet('flags', '--emscripten', '--trace', '--json').stdout),
  },
  'archive, and fast': {
    heard: 'all',
    flags: () =>
      JSON.parse(heaplet('flags', '--emscripten', '--trace', '--profile', 'fast', '--json').stdout),
  },
  '--tracing': { heard: 'all', flags: () => ['--tracing', '-Wno-deprecated'] },
  'exports alone': { heard: 'exports', flags: () => [] },
};

const runner = `
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { record } from ${JSON.stringify(new URL('../../js/capture/record.js', import.meta.url).href)};
const module = await createRequire(import.meta.url)(process.argv[2])();
const recording = record(module, { stacks: 40 });
module._free(module._malloc(77));
const block = module._malloc(99);
module._main(0, 0);
const capture = recording.stop();
module._malloc(5);
writeFileSync(process.argv[3], capture);
`;

for (const [name, more] of Object.entries({ 'a program': [], 'a program with threads': ['--threads'] })) {
  test(`Emscripten, --trace: ${name} that calls malloc and free alone`, {
    skip: !emscripten && missing,
  }, () => {
    const source = join(folder, 'few.c');
    writeFileSync(source, '#include <stdlib.h>\nint main(void) { free(malloc(10)); }');
    const out = join(folder, 'few.cjs');
    const env = { ...process.env, ...emscripten.env };
    const flags = JSON.parse(heaplet('flags', '--emscripten', '--trace', ...more, '--json').stdout);
    const args = [source, '-O1', ...flags, '-o', out];
    const { status, stderr } = spawnSync(emscripten.emcc, args, { encoding: 'utf8', env });
    assert.equal(status, 0, stderr);
    assert.ok(WebAssembly.validate(readFileSync(join(folder, 'few.wasm'))));
    // The other flags would leave out what the threads do, without a word.
    const other = more.length ? args.filter((flag) => flag !== '-pthread') : [...args, '-pthread'];
    const refused = spawnSync(emscripten.emcc, other, { encoding: 'utf8', env });
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, more.length ? /has no threads; link it with -pthread/ : /say --threads/);
  });
}

for (const [name, { heard, flags }] of Object.entries(ways)) {
  test(`Emscripten, ${name}: a module is recorded`, { skip: emscripten ? false : missing }, () => {
    const out = join(folder, 'module.cjs');
    const args = [
      path('test/c/leaks.c'),
      '-O1',
      '--profiling-funcs',
      '-D_GNU_SOURCE',
      '-sMODULARIZE',
      '-sINVOKE_RUN=0',
    ];
    args.push(
      '-sEXPORTED_FUNCTIONS=_main,_malloc,_free',
      '-sENVIRONMENT=node',
      '-sALLOW_MEMORY_GROWTH',
      ...flags(),
    );
    const { status, stderr } = spawnSync(emscripten.emcc, [...args, '-o', out], {
      encoding: 'utf8',
      env: { ...process.env, ...emscripten.env },
    });
    assert.equal(status, 0, stderr);
    const file = join(folder, 'run.mjs');
    writeFileSync(file, runner);
    const ran = spawnSync(
      process.execPath,
      [...emscripten.nodeFlags, file, out, join(folder, 'module.heapcap')],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(ran.status, 0, ran.stderr);
    if (heard === 'exports') {
      const history = new History(readFileSync(join(folder, 'module.heapcap')));
      assert.ok([...history.liveAt()].some((block) => history.size.raw[block] === 99));
      assert.ok(history.liveAt().length < 5, 'what C allocates is not heard');
      assert.match(history.about.recorder, /exports/);
      return;
    }
    const { history, frames, blocks } = sameAs('module.heapcap', ran.stdout);
    assert.match(frames[0], /planted_leak/);
    assert.match(history.about.recorder, name === '--tracing' ? /hooks/ : /archive/);
    const more = libcs(history);
    assert.equal(history.liveAt().length - more.length, blocks);
  });
}
