// Pools of C on wasm, by each toolchain and as the package has them, and on a Cortex-M4F. (Natively, under sanitizers:
// test/CMakeLists.txt.)
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findArm, missing as noArm } from '../../tools/arm.mjs';
import { clang } from '../../tools/clang.mjs';
import { run } from '../../tools/commands.mjs';
import { findEmscripten, isOlder, missing as noEmscripten, runEmscripten } from '../../tools/emscripten.mjs';
import { tree } from '../../tools/files.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { heapletFlags as flags } from '../support/flags.mjs';

const out = folder('build/test-pool');
const program = ['test/pool/pool.c', 'test/pool/main.c'];
const files = () => ({ src: tree('src'), pool: tree('pool'), test: { pool: tree('test/pool') } });
const checks = ['-fsanitize=undefined', '-fsanitize-trap=undefined'];

/** An object of pool.cpp, whose own behaviour is checked too. */
const checkedPool = (target, ...more) =>
  clang(
    [
      ...[
        'clang++',
        `--target=${target}`,
        '-nostdinc++',
        '-std=c++20',
        '-O1',
        '-fno-exceptions',
        '-fno-rtti',
      ],
      ...[...checks, ...more, '-I.', '-c', 'pool/pool.cpp', '-o', 'pool.o'],
    ],
    files(),
  );

/** Links the tests to an object or an archive, with a libc, and runs them. */
async function passesOnWasi(name, library) {
  const args = ['clang', '--target=wasm32-wasip1', '-O1', '-Wall', ...checks, '-I.', ...program, name];
  const wasm = await clang([...args, '-o', 'pool.wasm'], { ...files(), [name]: library });
  assert.equal(runCommand(wasm, ['pool']), 0);
}

test('WASI: every promise, with the library of the package', async () => {
  const library = flags('--wasi', '--pool').at(-1);
  assert.match(library, /dist\/wasi\/libheaplet-pool\.a$/);
  await passesOnWasi('libheaplet-pool.a', readFileSync(library));
});

test('WASI: nothing that is undefined happens', async () => {
  await passesOnWasi('pool.o', await checkedPool('wasm32-wasip1'));
});

test('a build with few rows, one with many lists', async () => {
  const few = ['-DHEAPLET_POOL_ROWS=14', '-DHEAPLET_POOL_SECOND_LEVEL=1'];
  await passesOnWasi('pool.o', await checkedPool('wasm32-wasip1', ...few));
  await passesOnWasi('pool.o', await checkedPool('wasm32-wasip1', '-DHEAPLET_POOL_SECOND_LEVEL=5'));
});

/** Runs the tests in a module without a libc, which imports nothing. */
function passesAlone(wasm) {
  const module = new WebAssembly.Module(wasm);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  const { pool_test: run, memory, out } = new WebAssembly.Instance(module).exports;
  const text = (at) => {
    const bytes = new Uint8Array(memory.buffer, at);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  };
  let index = 0;
  for (
    let name = run(0, out.value, out.value + 4);
    name !== 0;
    name = run(++index, out.value, out.value + 4)
  ) {
    const [what, line] = new Uint32Array(memory.buffer, out.value, 2);
    assert.equal(what, 0, `pool.c:${line}: ${text(name)}: expected ${text(what)}`);
  }
  assert.ok(index > 5);
}

test('without a libc: the module imports nothing', async () => {
  const library = flags('--freestanding', '--pool').at(-1);
  const args = [
    ...['clang', '--target=wasm32-unknown-unknown', '-nostdlib', '-ffreestanding', '-O1', '-Wl,--no-entry'],
    ...['-Wl,--export=pool_test', '-Wl,--export=out', '-I.', 'test/pool/alone.c', 'pool.a'],
  ];
  passesAlone(await clang([...args, '-o', 'pool.wasm'], { ...files(), 'pool.a': readFileSync(library) }));
});

const emscripten = findEmscripten();
const kinds = {
  '': [],
  ', with threads': ['--threads'],
  ', with Wasm Workers': ['--wasm-workers'],
};
const hasWorkers = emscripten && !isOlder(emscripten.version, '6.0');
for (const [name, kind] of Object.entries(kinds)) {
  const lacks = emscripten && kind[0] === '--wasm-workers' && !hasWorkers && 'an Emscripten from 6.0 on';
  const skip = lacks || (!emscripten && noEmscripten);
  test(`Emscripten: pools beside its own malloc${name}`, { skip }, () => {
    // The workers load it by its name.
    const file = join(out, `pool${kind.join('')}.js`);
    writeFileSync(join(out, 'package.json'), '{}');
    const sources = program.map((source) => path(source));
    const args = ['emcc', '-O1', `-I${path('')}`, ...sources, ...flags('--emscripten', '--pool', ...kind)];
    runEmscripten(emscripten, [...args, '-o', file]);
    const { status, stdout, stderr } = spawnSync(process.execPath, [...emscripten.nodeFlags, file], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /pool: 0 failed/);
  });
}

const arm = findArm();
test('a Cortex-M4F: no operating system, no libc', { skip: !arm && noArm }, () => {
  const processor = ['-mcpu=cortex-m4', '-mthumb', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard'];
  const common = [
    ...processor,
    '-Os',
    '-ffreestanding',
    '-fno-tree-loop-distribute-patterns',
    `-I${path('')}`,
  ];
  const objects = ['pool/pool.cpp', 'test/pool/pool.c', 'test/pool/cortex.c'].map((source) => {
    const object = join(out, `${source.replaceAll(/\W/g, '-')}.o`);
    const cpp = source.endsWith('pp') ? ['-std=c++20', '-fno-exceptions', '-fno-rtti'] : ['-std=c11'];
    const command = cpp.length > 1 ? arm.cxx : arm.cc;
    run(command, [...common, ...cpp, '-Wall', '-Wextra', '-c', path(source), '-o', object]);
    return object;
  });
  const elf = join(out, 'pool.elf');
  const script = ['-nostartfiles', '-nodefaultlibs', '-T', path('bench/arm/board.ld')];
  run(arm.cc, [...processor, ...script, ...objects, '-lgcc', '-o', elf]);
  const { stdout, stderr } = run(
    arm.emulator,
    [
      ...['-machine', 'mps2-an386', '-nographic', '-monitor', 'none', '-serial', 'none'],
      ...['-semihosting-config', 'enable=on,target=native', '-kernel', elf],
    ],
    { timeout: 120_000 },
  );
  assert.equal(stdout + stderr, 'pool: 0 failed\n');
});

test('the command names what is wrong', () => {
  const refused = (...args) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path('bin/heaplet.mjs'), 'flags', ...args],
      { encoding: 'utf8' },
    );
    assert.deepEqual([status, stdout], [1, '']);
    return stderr;
  };
  assert.match(refused('--pool'), /one of --emscripten, --wasi/);
  assert.match(refused('--wasi', '--pool', '--wasm-workers'), /--wasm-workers is for --emscripten/);
  assert.match(refused('--emscripten', '--pool', '--port'), /--port and --pool: the port has both/);
  assert.match(refused('--emscripten', '--pool', '--tracing'), /--tracing and --pool/);
  // With a profile malloc is linked too.
  const both = flags('--wasi', '--pool', '--profile', 'small');
  assert.equal(both.length, 2);
  for (const file of both) assert.ok(existsSync(file), file);
});
