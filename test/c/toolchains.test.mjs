// heaplet as a user links it: the flags of the `heaplet` command, libheaplet.a of dist/, the compilers of the system.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, missing as noEmscripten, runEmscripten } from '../../tools/emscripten.mjs';
import { tree } from '../../tools/files.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { findWasiSdk, missing as noWasiSdk } from '../../tools/wasi-sdk.mjs';
import { profiles } from '../../wasm/build/modules.mjs';
import { heapletFlags as flags } from '../support/flags.mjs';

const out = folder('build/test-c');
const node = (...args) => spawnSync(process.execPath, args, { encoding: 'utf8' });
const heaplet = (...args) => node(path('bin/heaplet.mjs'), ...args);

test('the command names what is wrong with its arguments', () => {
  /** @type {[args: string[], message: RegExp][]} */
  const wrong = [
    [['flags'], /one of --emscripten, --wasi/],
    [['flags', '--wasi', '--emscripten'], /one of --emscripten, --wasi/],
    [
      ['flags', '--wasi', '--profile', 'tiny'],
      /--profile is 'tiny': it must be one of small, lean, fast, hardened, realtime/,
    ],
    [['flags', '--wasi', '--port'], /--port is for --emscripten/],
    [['flags', '--wasi', '--tracing'], /--tracing is for --emscripten/],
    [['flags', '--wasi', '--memory64'], /--memory64 is for --emscripten and --freestanding/],
    [['flags', '--emscripten', '--memory64', '--threads'], /--memory64 and --threads: there is no library/],
    [['flags', '--wasi', '--wasm-workers'], /--wasm-workers is for --emscripten/],
    [['flags', '--wasi', '--threads', '--usage'], /--threads and --usage: there is no library for both/],
    [['flags', '--wasi', '--threads', '--trace'], /--threads and --trace: there is no library for both/],
    [['flags', '--wasi', '--profile', 'hardened', '--stacks'], /--stacks is for --emscripten/],
    [['flags', '--emscripten', '--stacks'], /--stacks is for --profile hardened/],
    [['flags', '--emscripten', '--profile', 'fast', '--stacks'], /--stacks is for --profile hardened/],
    [
      ['flags', '--emscripten', '--profile', 'fast', '--stacks', '--threads'],
      /--stacks is for --profile hardened/,
    ],
    [['flags', '--wasi', '--profile', 'hardened', '--stacks', '--threads'], /--stacks is for --emscripten/],
    [
      ['flags', '--emscripten', '--profile', 'hardened', '--stacks', '--threads', '--usage'],
      /--stacks and --usage: there is no library for both/,
    ],
    [
      ['flags', '--emscripten', '--profile', 'hardened', '--stacks', '--threads', '--port'],
      /--port and --stacks: no port does that/,
    ],
    [
      ['flags', '--emscripten', '--profile', 'hardened', '--stacks', '--threads', '--wasm-workers'],
      /--threads and --wasm-workers: there is no library for both/,
    ],
    [
      ['flags', '--emscripten', '--profile', 'hardened', '--stacks', '--usage'],
      /--stacks and --usage: there is no library for both/,
    ],
    [
      ['flags', '--emscripten', '--profile', 'hardened', '--stacks', '--port'],
      /--port and --stacks: no port does that/,
    ],
    [['flags', '--wasi', '--large'], /--large/],
    [['flgs'], /unknown command: flgs/],
  ];
  for (const [args, message] of wrong) {
    const { status, stdout, stderr } = heaplet(...args);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, message);
  }
  assert.match(heaplet('--help').stdout, /emcc app\.c -O2 \$\(npx heaplet flags/);
  assert.equal(
    heaplet('--version').stdout.trim(),
    JSON.parse(readFileSync(path('package.json'), 'utf8')).version,
  );
});

const emscripten = findEmscripten();
const emccTests = { skip: !emscripten && noEmscripten };

/** Compiles, links and runs a program. @returns what node said of it */
function emccRuns(name, args) {
  const program = join(out, `${name}.cjs`);
  const [compiler, ...rest] = args;
  runEmscripten(emscripten, [compiler, `-I${path('wasm')}`, ...rest, '-o', program]);
  return node(...emscripten.nodeFlags, program);
}

for (const profile of profiles) {
  test(`Emscripten: C++ with exceptions and longjmp, ${profile}`, emccTests, () => {
    const args = [
      'em++',
      path('test/c/objects.cpp'),
      '-std=c++20',
      '-O1',
      '-fexceptions',
      '-DHEAPLET_LONGJMP',
    ];
    const memory = ['-sALLOW_MEMORY_GROWTH=1', '-sABORTING_MALLOC=0'];
    const { status, stderr } = emccRuns(`objects-${profile}`, [
      ...[...args, ...memory],
      ...flags('--emscripten', '--profile', profile),
    ]);
    assert.equal(status, 0, stderr);
  });
}

test('Emscripten: no request for more than is needed aborts a program', emccTests, () => {
  for (const profile of profiles)
    for (const name of ['boundary', 'full']) {
      const args = [
        'emcc',
        path(`test/c/${name}.c`),
        '-sABORTING_MALLOC=1',
        ...flags('--emscripten', '--profile', profile),
      ];
      const { status, stderr } = emccRuns(name, args);
      assert.equal(status, 0, `${name}, ${profile}: ${stderr}`);
    }
});

test('Emscripten: hardened says what it traps on', emccTests, () => {
  const args = [
    'emcc',
    '-O1',
    path('test/c/double_free.c'),
    ...flags('--emscripten', '--profile', 'hardened'),
  ];
  const { status, stderr } = emccRuns('double_free', args);
  assert.notEqual(status, 0);
  assert.match(
    stderr,
    /^heaplet: double free: 10 bytes at 0x[0-9a-f]+ \(malloc #\d+\) were freed before; found by free$/m,
  );
});

test('Emscripten: malloc_stats says what is used and what is free', emccTests, () => {
  for (const profile of profiles) {
    const library = flags('--emscripten', '--profile', profile);
    const { status, stdout, stderr } = emccRuns('stats', ['emcc', path('test/c/stats.c'), ...library]);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '');
    const line = /^heaplet: (\d+) bytes in pools, (\d+) used, (\d+) in (\d+) free blocks\n$/;
    const [, all, used, free] = stderr.match(line).map(Number);
    assert.ok(used >= 5000 && used < 10_000 && all === used + free, stderr);
  }
});

test('Emscripten: a program with threads does not link with a library without them', emccTests, () => {
  for (const profile of profiles) {
    const library = flags('--emscripten', '--profile', profile);
    const args = ['emcc', '-pthread', path('test/c/double_free.c'), ...library];
    assert.throws(
      () => runEmscripten(emscripten, [...args, '-o', join(out, 'threads.cjs')]),
      /--shared-memory is disallowed by .*heaplet-without-threads\.o/,
    );
  }
});

for (const profile of profiles) {
  test(`Emscripten: C++ with heaplet's operators, ${profile}`, emccTests, () => {
    const args = ['em++', path('test/c/objects.cpp'), '-std=c++20', '-O1', '-fexceptions'];
    const operators = ['-DHEAPLET_OPERATORS', '-fsized-deallocation', '-sALLOW_MEMORY_GROWTH=1'];
    const { status, stderr } = emccRuns(`operators-${profile}`, [
      ...[...args, ...operators, '-sABORTING_MALLOC=0'],
      ...flags('--emscripten', '--profile', profile),
    ]);
    assert.equal(status, 0, stderr);
  });
}

test(
  'Emscripten: small blocks of fast are multiples of 8 bytes, aligned ones of what they ask',
  emccTests,
  () => {
    const { status, stderr } = emccRuns('units', [
      ...['emcc', path('test/c/units.c'), '-O1', '-fno-builtin'],
      ...flags('--emscripten', '--profile', 'fast'),
    ]);
    assert.equal(status, 0, stderr);
  },
);

const hasPorts =
  emscripten && Number(emscripten.version.split('.').reduce((all, part) => all * 1000 + +part, 0)) >= 3001054;
const portTests = { skip: !hasPorts && 'an Emscripten with external ports, 3.1.54 or later' };

test('Emscripten: the port builds each profile, with its headers', portTests, () => {
  for (const profile of profiles) {
    const port = flags('--emscripten', '--port', '--profile', profile);
    const program = join(out, 'port.cjs');
    // No -I: the port brings <heaplet.h>.
    runEmscripten(emscripten, [
      'em++',
      '-std=c++20',
      path('test/c/objects.cpp'),
      '-O1',
      '-fno-exceptions',
      ...port,
      '-o',
      program,
    ]);
    assert.equal(node(program).status, 0, profile);
  }
});

test('Emscripten: the port refuses unknown profiles', portTests, () => {
  const port = flags('--emscripten', '--port')[0].replace(/:[^:]*$/, '');
  const compile = (...args) =>
    runEmscripten(emscripten, ['emcc', path('test/c/double_free.c'), ...args, '-o', join(out, 'port.cjs')]);
  assert.throws(() => compile(`${port}:profile=tiny`), /profile is 'tiny': it must be one of small/);
});

const sdk = findWasiSdk();
const wasiTests = { skip: !sdk && noWasiSdk };

/** Compiles and links with the system's compiler. @returns the module's path */
function wasiProgram(name, compiler, ...args) {
  const program = join(out, `${name}.wasm`);
  const all = [`--target=${sdk.target}`, `-I${path('wasm')}`, ...args, '-o', program];
  const { status, stderr } = spawnSync(compiler, all, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${compiler} ${all.join(' ')}\n${stderr}`);
  return program;
}

for (const profile of profiles) {
  test(`wasi: C++ by the system's clang, ${profile}`, wasiTests, () => {
    const args = ['-std=c++20', '-O1', '-fno-exceptions', path('test/c/objects.cpp')];
    const program = wasiProgram(
      `objects-${profile}`,
      sdk.clangxx,
      ...args,
      ...flags('--wasi', '--profile', profile),
    );
    assert.equal(runCommand(readFileSync(program), ['objects']), 0);
  });
}

for (const profile of profiles) {
  test(`wasi: C++ with heaplet's operators, ${profile}`, wasiTests, () => {
    const args = ['-std=c++20', '-O1', '-fno-exceptions', '-fsized-deallocation', '-DHEAPLET_OPERATORS'];
    const library = flags('--wasi', '--profile', profile);
    const program = wasiProgram('operators', sdk.clangxx, ...args, path('test/c/objects.cpp'), ...library);
    assert.equal(runCommand(readFileSync(program), ['operators']), 0);
  });
}

test('wasi: a program with shared memory does not link', wasiTests, () => {
  const shared = ['-Wl,--shared-memory', '-Wl,--max-memory=1048576'];
  const program = path('test/c/double_free.c');
  for (const profile of profiles) {
    const library = flags('--wasi', '--profile', profile);
    assert.throws(
      () => wasiProgram('shared', sdk.clang, program, ...library, ...shared),
      /--shared-memory is disallowed by heaplet-without-threads\.o/,
    );
  }
});

test('the libraries for threads are there, for pools too', () => {
  for (const target of ['--wasi', '--freestanding', '--emscripten'])
    for (const profile of profiles) {
      const all = flags(target, '--threads', '--pool', '--profile', profile);
      assert.ok(all.includes('-pthread'));
      const libraries = all.filter((flag) => flag.endsWith('-threads.a'));
      assert.equal(libraries.filter((library) => existsSync(library)).length, 2, `${all}`);
    }
});

test('without a libc: a module links, and one with shared memory does not', wasiTests, () => {
  const name = join(out, 'freestanding.wasm');
  const args = ['--target=wasm32-unknown-unknown', '-nostdlib', '-Wl,--no-entry', '-o', name];
  for (const profile of profiles) {
    const inputs = ['-Wl,--export=malloc', ...flags('--freestanding', '--profile', profile)];
    const link = (...more) => spawnSync(sdk.clang, [...args, ...inputs, ...more], { encoding: 'utf8' });
    const { status, stderr } = link();
    assert.equal(status, 0, stderr);
    const module = new WebAssembly.Module(readFileSync(name));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    assert.notEqual(new WebAssembly.Instance(module).exports.malloc(10), 0);
    const shared = link('-Wl,--shared-memory', '-Wl,--max-memory=1048576');
    assert.match(shared.stderr, /--shared-memory is disallowed by heaplet-without-threads\.o/);
  }
});

// wasi-libc has setjmp since 2024, by wasm's exceptions: the npm compiler's does, Debian's is older.
for (const profile of profiles) {
  test(`wasi: C++ with longjmp, ${profile}`, async () => {
    const files = {
      'objects.cpp': tree('test/c')['objects.cpp'],
      'heaplet.h': tree('wasm')['heaplet.h'],
      'libheaplet.a': readFileSync(flags('--wasi', '--profile', profile)[0]),
    };
    const args = [
      ['clang++', '--target=wasm32-wasip1', '-std=c++20', '-O1', '-I.', '-fno-exceptions'],
      ['-DHEAPLET_LONGJMP', '-mllvm', '-wasm-enable-sjlj', 'objects.cpp', 'libheaplet.a', '-lsetjmp'],
      ['-o', 'jumps.wasm'],
    ].flat();
    assert.equal(runCommand(await clang(args, files), ['jumps']), 0);
  });
}

for (const profile of profiles) {
  test(`wasi: C++ with exceptions, ${profile}`, wasiTests, (t) => {
    const args = ['-std=c++20', '-O1', '-fwasm-exceptions', path('test/c/objects.cpp')];
    let program;
    try {
      program = wasiProgram('throws', sdk.clangxx, ...args, ...flags('--wasi', '--profile', profile));
    } catch (error) {
      // Anything else that is missing is a fault of ours.
      const symbols = [...error.message.matchAll(/undefined symbol: (\S+)/g)].map(([, name]) => name);
      const runtime = /^(__cxa_|__cpp_exception$|__wasm_lpad_context$|_Unwind_)/;
      assert.ok(symbols.length > 0 && symbols.every((name) => runtime.test(name)), error.message);
      return t.skip(`this wasi-sdk's C++ library is built without exceptions: it lacks ${symbols[0]}`);
    }
    assert.equal(runCommand(readFileSync(program), ['throws']), 0);
  });
}
