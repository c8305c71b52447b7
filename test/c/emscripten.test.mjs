// What Emscripten's own tests of malloc, sbrk and mallinfo check, by programs of our own: each profile, linked as the
// `heaplet` command says. Once with the machine's Emscripten, and in CI once more with the newest.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findEmscripten, isOlder, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { profiles } from '../../wasm/build/modules.mjs';
import { heapletFlags } from '../support/flags.mjs';

const emscripten = findEmscripten();
const skip = !emscripten && missing;
const source = (name) => path(`test/c/emscripten/${name}`);

/** The flags that the command prints. */
const flags = (...args) => heapletFlags('--emscripten', ...args);

/** Compiles and links one of the programs. @returns {string} its path */
function link(name, profile, ...args) {
  const out = join(folder('build/test-c'), emscripten.version);
  mkdirSync(out, { recursive: true });
  const program = join(out, `${name.replace(/\.\w+$/, '')}-${profile}.cjs`);
  const compiler = name.endsWith('cpp') ? 'em++' : 'emcc';
  const common = ['-O1', '-fno-builtin', `-I${path('wasm')}`, source(name)];
  runEmscripten(emscripten, [compiler, ...common, ...args, '-o', program]);
  return program;
}

const node = (...args) =>
  spawnSync(process.execPath, [...emscripten.nodeFlags, ...args], { encoding: 'utf8' });

/** Runs a program that is to succeed. @returns {string} what it wrote to stderr */
function succeeds(program, ...flagsOfNode) {
  const { status, stdout, stderr } = node(...flagsOfNode, program);
  assert.equal(status, 0, `${stdout}${stderr.slice(-2000)}`);
  return stderr;
}

const hasPorts = emscripten && !isOlder(emscripten.version, '3.1.54');

/** A Node with memories of 64 bits: this one, or Emscripten's. */
const wide = [process.execPath, ...(emscripten ? [join(dirname(emscripten.emcc), 'node')] : [])].find(
  (node) =>
    hasPorts &&
    !isOlder(emscripten.version, '6.0.0') &&
    spawnSync(node, ['-e', "new WebAssembly.Memory({ initial: 1n, address: 'i64' })"]).status === 0,
);
const withoutWide = 'an Emscripten with external ports, -m64 and a Node with memories of 64 bits';

const grows = ['-sALLOW_MEMORY_GROWTH=1', '-sABORTING_MALLOC=0'];
const programs = {
  'break.c': grows,
  'bulk.c': grows,
  'emmalloc.c': ['-sINITIAL_MEMORY=134217728'],
  'family.c': grows,
  'mallinfo.c': grows, // `hardened` counts what is in use
  'own_malloc.c': [],
  'own_new.cpp': [],
  'refused.c': [...grows, '-sMAXIMUM_MEMORY=134217728'],
  'wrapped.c': [],
};

for (const profile of profiles) {
  for (const [name, settings] of Object.entries(programs)) {
    test(`Emscripten, ${profile}: ${name}`, { skip }, () => {
      const counts = profile === 'hardened' ? ['-DCOUNTS', '-DWAITS'] : [];
      succeeds(link(name, profile, ...settings, ...counts, ...flags('--profile', profile)));
    });
  }

  test(`Emscripten, ${profile}: emmalloc's dumps name every block`, { skip }, () => {
    const settings = ['-sINITIAL_MEMORY=134217728', ...flags('--profile', profile)];
    const [first, ...lines] = succeeds(link('emmalloc.c', profile, ...settings))
      .trim()
      .split('\n');
    const [used, free] = first.split(' ');
    const blocks = lines.filter((line) => /^heaplet: 0x\w+ \d+ (used|free)$/.test(line));
    assert.ok(
      blocks.some((line) => line.startsWith(`heaplet: ${used} `) && line.endsWith(' used')),
      first,
    );
    assert.ok(
      blocks.some((line) => line.startsWith(`heaplet: ${free} `) && line.endsWith(' free')),
      first,
    );
    assert.match(lines.join('\n'), /^heaplet: [12] of 16384 bytes or more$/m);
    assert.match(lines.join('\n'), /^heaplet: 1 of 4194304 bytes or more$/m);
  });

  // In a memory that cannot grow, for the same reason as in settings.test.mjs.
  test(`Emscripten, ${profile}: the break of a module without JavaScript`, { skip }, () => {
    const settings = ['-sSTANDALONE_WASM=1', '-sINITIAL_MEMORY=67108864', ...flags('--profile', profile)];
    const module = link('break.c', `${profile}-standalone`, ...settings).replace(/cjs$/, 'wasm');
    // Where Emscripten has no random numbers of WASI's yet, `hardened` has its secret from such a host.
    const env = { getentropy: () => -1 };
    const imports = profile === 'hardened' ? { env } : {};
    assert.equal(runCommand(readFileSync(module), ['break'], imports), 0);
  });

  // `small` takes whatever memory there is.
  if (profile !== 'small') {
    test(`Emscripten, ${profile}: others_pages.c`, { skip }, () => {
      succeeds(link('others_pages.c', profile, ...grows, ...flags('--profile', profile)));
    });

    test(`Emscripten, ${profile}: a heap of JavaScript's in the program's memory`, { skip }, () => {
      const settings = [
        '-sMODULARIZE=1',
        '-sEXPORTED_FUNCTIONS=_malloc,_free',
        '-sENVIRONMENT=node',
        '--no-entry',
      ];
      const program = link('empty.c', profile, ...grows, ...settings, ...flags('--profile', profile));
      const { status, stderr } = node(source('beside.mjs'), program);
      assert.equal(status, 0, stderr.slice(-2000));
    });
  }

  test(`Emscripten, ${profile}: its tracing is told of every block, and of the break`, { skip }, () => {
    const told = [...grows, '--pre-js', source('tracing.js')];
    // Before, the memory profiler alone was told of the break.
    if (!isOlder(emscripten.version, '6.0.5')) told.push('-DTOLD_OF_BREAK=1');
    const traced = flags('--tracing', '--profile', profile);
    succeeds(link('tracing.c', profile, ...told, ...traced));
    link('tracing.c', `${profile}-profiled`, ...told, '--memoryprofiler', ...traced);
    if (hasPorts) {
      const port = flags('--port', '--tracing', '--profile', profile);
      succeeds(link('tracing.c', `${profile}-port`, ...told, ...port));
    }
  });

  test(`Emscripten, ${profile}: the break of a memory of 64 bits`, {
    skip: wide ? false : withoutWide,
  }, () => {
    const port = flags('--port', '--profile', profile);
    for (const name of ['break.c', 'bulk.c', 'family.c', 'mallinfo.c', 'others_pages.c']) {
      const waits = profile === 'hardened' ? ['-DCOUNTS', '-DWAITS'] : [];
      const program = link(name, `${profile}-64`, ...grows, '-m64', ...waits, ...port);
      const { status, stdout, stderr } = spawnSync(wide, [program], { encoding: 'utf8' });
      assert.equal(status, 0, `${name}: ${stdout}${stderr.slice(-2000)}`);
    }
  });
}

test('each program of the folder is run', () => {
  const all = readdirSync(source('')).filter((name) => /\.(c|cpp)$/.test(name));
  assert.deepEqual(all.sort(), [...Object.keys(programs), 'empty.c', 'others_pages.c', 'tracing.c'].sort());
});
