// Emscripten's settings that change what lies around a malloc: each profile under each of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findEmscripten, isOlder, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { profiles } from '../../wasm/build/modules.mjs';

const emscripten = findEmscripten();
const skip = !emscripten && missing;
const out = folder('build/test-c');
const library = (profile) => path(`dist/emscripten/${profile}/libheaplet.a`);

/** Links a program. @returns {string} its path */
function link(name, ...args) {
  const program = join(out, name);
  const flags = ['-fno-builtin', `-I${path('wasm')}`, '-sMALLOC=none'];
  runEmscripten(emscripten, ['emcc', ...flags, ...args, '-o', program]);
  return program;
}

/** Runs a program of Emscripten's. @returns what node says of it */
const run = (program, ...args) =>
  // In its folder, where a main module looks for its side modules.
  spawnSync(process.execPath, [...emscripten.nodeFlags, program, ...args], { cwd: out, encoding: 'utf8' });

/** Runs a program that is to succeed. */
function succeeds(program, ...args) {
  const { status, stdout, stderr } = run(program, ...args);
  assert.equal(status, 0, stdout + stderr.slice(-2000));
}

const grows = '-sALLOW_MEMORY_GROWTH=1';
const stressed = {
  'link-time optimisation': ['-O2', '-flto', grows],
  'SAFE_HEAP and assertions': ['-O1', '-sSAFE_HEAP=1', '-sASSERTIONS=2', grows],
  STACK_OVERFLOW_CHECK: ['-O1', '-sSTACK_OVERFLOW_CHECK=2', grows],
  'an initial memory far larger than the data': ['-O1', '-sINITIAL_MEMORY=268435456'],
  'constructors run when it is linked': ['-O2', '-sEVAL_CTORS=1', grows],
};
for (const [name, flags] of Object.entries(stressed)) {
  for (const profile of profiles) {
    test(`Emscripten, ${profile}: ${name}`, { skip }, () => {
      const program = link('settings.cjs', ...flags, path('test/c/stress.c'), library(profile));
      succeeds(program, '7', 'growing');
    });
  }
}

for (const profile of profiles) {
  test(`Emscripten, ${profile}: the minimal runtime`, { skip }, () => {
    const flags = ['-O1', '-sMINIMAL_RUNTIME=1', '-sENVIRONMENT=node'];
    const { stdout } = run(link('minimal.cjs', ...flags, path('bench/hello/hello.c'), library(profile)));
    assert.equal(stdout.trim(), 'hello 1');
  });

  test(`Emscripten, ${profile}: a module without JavaScript`, { skip }, () => {
    // Its memory does not grow: to tell JavaScript of a growth it would import a function that WASI has not.
    const flags = ['-O1', '-sSTANDALONE_WASM=1', '-sINITIAL_MEMORY=67108864'];
    const program = link('standalone.wasm', ...flags, path('test/c/stress.c'), library(profile));
    // `hardened` draws a secret: by JavaScript's getentropy in older versions, which then is the host's to give.
    const env = { getentropy: () => -1 };
    assert.equal(
      runCommand(readFileSync(program), ['stress', '7'], profile === 'hardened' ? { env } : {}),
      0,
    );
  });

  test(`Emscripten, ${profile}: only WASI's imports`, { skip }, () => {
    // Before 3.1.64 such a program's memory could not grow.
    const memory = isOlder(emscripten.version, '3.1.64') ? '-sINITIAL_MEMORY=67108864' : grows;
    const flags = ['-O1', '-sPURE_WASI=1', memory];
    succeeds(link('pure.cjs', ...flags, path('test/c/stress.c'), library(profile)), '7');
  });

  test(`Emscripten, ${profile}: AddressSanitizer`, { skip }, () => {
    const flags = ['-O1', '-fsanitize=address', grows];
    const program = link('overflow.cjs', ...flags, path('test/c/overflow.c'), library(profile));
    succeeds(program);
    const { status, stderr } = run(program, 'past');
    assert.notEqual(status, 0);
    assert.match(stderr, /AddressSanitizer: heap-buffer-overflow/);
  });

  const limits = { 'that cannot grow': [], 'with a maximum': [grows, '-sMAXIMUM_MEMORY=33554432'] };
  for (const [memory, flags] of Object.entries(limits)) {
    test(`Emscripten, ${profile}: ABORTING_MALLOC, memory ${memory}`, { skip }, () => {
      const program = (aborting) =>
        link(
          'refused.cjs',
          ...flags,
          `-sABORTING_MALLOC=${aborting}`,
          path('test/c/refused.c'),
          library(profile),
        );
      succeeds(program(0));
      const { status, stdout, stderr } = run(program(1));
      assert.notEqual(status, 0);
      assert.match(stdout + stderr, /Aborted\(|Cannot enlarge memory arrays|OOM/);
      assert.doesNotMatch(stdout, /null after/);
    });
  }

  test(`Emscripten, ${profile}: a side module shares the heap of the main module`, { skip }, () => {
    const side = join(out, 'side.wasm');
    const flags = ['-O1', '-fno-builtin', '-sSIDE_MODULE=2', '-sEXPORTED_FUNCTIONS=_make,_drop'];
    runEmscripten(emscripten, ['emcc', ...flags, path('test/c/side.c'), '-o', side]);
    const ours = needsPic(emscripten.version) ? withPic(profile) : library(profile);
    succeeds(link('side_main.cjs', '-O1', '-sMAIN_MODULE=2', path('test/c/side_main.c'), side, ours));
  });
}

test('Emscripten: a side module with a heap of its own calls of what a program may define only what is there', {
  skip,
}, () => {
  const side = join(out, 'side_fault.wasm');
  const flags = ['-O1', '-std=c++20', `-I${path('.')}`, '-sSIDE_MODULE=2', '-sEXPORTED_FUNCTIONS=_find'];
  runEmscripten(emscripten, ['em++', ...flags, path('test/c/side_fault.cpp'), '-o', side]);
  // As Emscripten's loader, where nobody defines them: their addresses are 0. What the module has itself it finds by itself.
  const called = [];
  const global = (value, mutable = false) => new WebAssembly.Global({ value: 'i32', mutable }, value);
  const own = {
    memory: new WebAssembly.Memory({ initial: 256 }),
    __indirect_function_table: new WebAssembly.Table({ initial: 64, element: 'anyfunc' }),
    __stack_pointer: global(65536, true),
    __memory_base: global(1024),
    __table_base: global(1),
  };
  const module = new WebAssembly.Module(readFileSync(side));
  const imports = { env: own, 'GOT.func': {}, 'GOT.mem': {} };
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module))
    imports[from][name] ??=
      kind === 'function'
        ? (...values) => {
            called.push(name);
            return exports[name]?.(...values);
          }
        : global(0, true);
  const { exports } = /** @type {any} */ (new WebAssembly.Instance(module, imports));
  exports.__wasm_apply_data_relocs?.();
  assert.throws(() => exports.find(), WebAssembly.RuntimeError);
  assert.ok(called.includes('heaplet_fault_double_free'), called.join());
  assert.ok(!called.includes('heaplet_before_fault') && !called.includes('heaplet_fault'), called.join());
});

/** Before 4.0.19 a main module was itself relocatable: it takes no library that was compiled without -fPIC. */
const needsPic = (version) => isOlder(version, '4.0.19');

function withPic(profile) {
  const flags = JSON.parse(readFileSync(path('profiles.json'), 'utf8'));
  const object = join(out, `pic-${profile}.o`);
  const args = [...flags.common, ...flags.profiles[profile], `-DHEAPLET_PROFILE=${profile}`, flags.coalesce];
  runEmscripten(emscripten, ['em++', '-fPIC', ...args, '-c', path('wasm/malloc.cpp'), '-o', object]);
  return object;
}
