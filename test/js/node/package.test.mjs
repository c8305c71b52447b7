// The package as it is installed: its entries, what dist/ holds, its types, its files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runtime } from '../../../tools/runtimes.mjs';
import { PROFILES } from '../support.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

for (const profile of PROFILES) {
  test(`dist/heaplet-${profile}.wasm keeps its contract`, async () => {
    const wasm = readFileSync(join(root, `dist/heaplet-${profile}.wasm`));
    const module = new WebAssembly.Module(wasm);
    assert.deepEqual(WebAssembly.Module.imports(module), [{ module: 'env', name: 'memory', kind: 'memory' }]);
    const exports = Object.fromEntries(
      WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]),
    );
    for (const name of ['malloc', 'free', 'calloc', 'realloc', 'aligned_alloc', 'malloc_usable_size']) {
      assert.equal(exports[name], 'function', name);
    }
    assert.equal(exports.memory, 'memory');
  });
}

for (const profile of ['fast', 'hardened']) {
  test(`dist/heaplet-${profile}-placed.wasm keeps its contract`, () => {
    const module = new WebAssembly.Module(readFileSync(join(root, `dist/heaplet-${profile}-placed.wasm`)));
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      assert.equal(from, 'env');
      const imports = [
        'memory',
        '__memory_base',
        '__stack_pointer',
        ...(profile === 'hardened' ? ['fault'] : []),
      ];
      assert.ok(imports.includes(name), name);
    }
    const memory = new WebAssembly.Memory({ initial: 4 });
    const bytes = new Uint8Array(memory.buffer).fill(0xaa);
    const at = (address) => {
      const stack = new WebAssembly.Global({ value: 'i32', mutable: true }, address);
      const env = { memory, __memory_base: address, __stack_pointer: stack, fault() {} };
      return new WebAssembly.Instance(module, { env }).exports;
    };
    const [one, two] = [at(1024), at(131_072)];
    assert.ok(
      bytes.every((byte) => byte === 0xaa),
      'to instantiate changes nothing',
    );
    one.heaplet_begin(65_536, 0);
    two.heaplet_begin(196_608, 0);
    const [first, second] = [one.malloc(1000), two.malloc(1000)];
    assert.ok(first > 1024 && first < 65_536 && second > 131_072 && second < 196_608);
    assert.equal(one.malloc(70_000), 0, 'it stays inside');
    const again = at(1024);
    const third = again.malloc(1000);
    assert.notEqual(third, first);
    one.free(third);
    again.free(first);
    assert.ok(bytes.subarray(65_536, 131_072 - 512).every((byte) => byte === 0xaa));
  });
}

for (const [entry, profile] of [
  ['', 'fast'],
  ['/core', 'fast'],
  ['/fast', 'fast'],
  ['/small', 'small'],
  ['/hardened', 'hardened'],
]) {
  test(`heaplet${entry} brings the profile ${profile} alone`, () => {
    const others = PROFILES.filter((other) => other !== profile);
    const { status, stderr } = node(
      '--input-type=module',
      '-e',
      `import assert from 'node:assert/strict';
       import { Heap, OutOfMemoryError } from 'heaplet${entry}';
       const heap = Heap.create();
       heap.free(heap.malloc(10));
       assert.ok(Heap.create({ profile: '${profile}' }));
       for (const profile of ${JSON.stringify(others)}) {
         assert.throws(() => Heap.create({ profile }), {
           name: 'RangeError',
           message: \`profile: expected one of ${profile}, or import 'heaplet/\${profile}', got "\${profile}"\`,
         });
       }
       assert.equal(typeof OutOfMemoryError, 'function');`,
    );
    assert.equal(status, 0, stderr);
  });
}

for (const order of [
  ['heaplet', 'heaplet/hardened'],
  ['heaplet/hardened', 'heaplet'],
  ['heaplet/core', 'heaplet/hardened', 'heaplet/small'],
]) {
  test(`heaplet/hardened is hardened: ${order.join(', ')}`, () => {
    const lines = order.map((entry) => `import '${entry}';`).join('\n');
    const { status, stderr } = node(
      '--input-type=module',
      '-e',
      `${lines}
       import { Heap } from 'heaplet/hardened';
       import assert from 'node:assert/strict';
       const heap = Heap.create();
       const ptr = heap.malloc(16);
       heap.free(ptr);
       assert.throws(() => heap.free(ptr), { name: 'HeapFaultError', message: /^double free: 16 bytes/ });`,
    );
    assert.equal(status, 0, stderr);
  });
}

test('entries side by side: each heap is made of the module that it needs', () => {
  for (const order of [
    ['core', 'small', 'fast', 'hardened'],
    ['hardened', 'fast', 'small', 'core'],
  ]) {
    const imports = order.map((entry) => `import { Heap as ${entry} } from 'heaplet/${entry}';`);
    const { status, stderr } = node(
      '--input-type=module',
      '-e',
      `${imports.join('\n')}
       for (const Heap of [core, small, fast, hardened]) {
         for (const profile of [undefined, 'small', 'fast', 'hardened']) {
           const heap = Heap.create({ profile });
           heap.alloc(Uint8Array, 100_000).view.fill(1);
           heap.free(heap.malloc(10));
         }
       }
       fast.create({ profile: 'hardened' }).check();
       fast.create({ shared: true, maximum: 1 << 24 }).check();`,
    );
    assert.equal(status, 0, stderr);
  }
});

test('the types accept what is right and refuse what is wrong', () => {
  const { status, stdout } = node('node_modules/typescript/bin/tsc', '-p', 'test/js/types');
  assert.equal(status, 0, stdout);
});

test('the package as npm packs it, installed elsewhere: code in each runtime, types in each resolution', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heaplet-package-'));
  const inFolder = { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' };
  try {
    const home = join(folder, 'node_modules/heaplet');
    mkdirSync(home, { recursive: true });
    const pack = spawnSync('npm', ['pack', '--pack-destination', folder], { ...inFolder, cwd: root });
    assert.equal(pack.status, 0, pack.stderr);
    const tarball = pack.stdout.trim().split('\n').at(-1);
    const unpack = spawnSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1'], inFolder);
    assert.equal(unpack.status, 0, unpack.stderr);

    const dependent = { type: 'module', dependencies: { heaplet: manifest.version } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(dependent));
    const entries = Object.keys(manifest.exports).filter(
      (entry) => !/wasm|json|record|capture|explorer|source|memory64/.test(entry),
    );
    const lines = entries.map(
      (entry, i) => `import { Heap as H${i} } from '${entry.replace('.', 'heaplet')}';`,
    );
    const uses = entries.map((_, i) => `H${i}.create().malloc(8) % 16`);
    const grows = entries.map((_, i) => `H${i}.create().memory.buffer.byteLength`);
    lines.push("import { record } from 'heaplet/record';", "import { History } from 'heaplet/capture';");
    uses.push('new History(record(H0.create()).stop()).events * 0');
    writeFileSync(join(folder, 'main.mjs'), `${lines.join('\n')}\nconsole.log(${uses.join(' + ')});\n`);
    writeFileSync(
      join(folder, 'types.mts'),
      `${lines.join('\n')}\nexport const n: number = ${[...uses, ...grows].join(' + ')};\n`,
    );
    const commands = [
      [process.execPath],
      [runtime('deno'), 'run', '--node-modules-dir=manual'],
      [runtime('bun'), 'run'],
    ];
    const prints = ([command, ...args], file, text) => {
      const { stdout, stderr } = spawnSync(command, [...args, file], inFolder);
      assert.equal(stdout, text, `${command}: ${stderr}`);
    };
    const there = (list) => list.filter(([command]) => command);
    for (const command of there(commands)) prints(command, 'main.mjs', '0\n');
    // Where the engine has the import of a module that is not instantiated.
    writeFileSync(
      join(folder, 'source.mjs'),
      `import source module from 'heaplet/hardened.wasm';
       import { Heap } from 'heaplet/source';
       const heaps = [Heap.create(), Heap.create({ shared: true, maximum: 1 << 20 }), Heap.create({ module })];
       console.log(heaps.map((heap) => String(heap).replace(/,.*/, '')).join());`,
    );
    for (const command of there([[runtime('node24')], [runtime('node26')], commands[1]]))
      prints(
        [...command, ...(command[0].endsWith('/node') ? ['--no-warnings'] : [])],
        'source.mjs',
        'Heap fast,Heap fast,Heap hardened\n',
      );
    // 64-bit memories, where the engine has those: not Node 20.
    writeFileSync(
      join(folder, 'wide.mjs'),
      `import { Heap } from 'heaplet/memory64';
       import { Heap as Hardened } from 'heaplet/memory64/hardened';
       const heaps = [Heap.create(), Hardened.create()];
       console.log(heaps.map((heap) => (heap.malloc(8) % 16) + heap.toString().replace(/,.*/, '')).join());`,
    );
    for (const command of there([[runtime('node24')], [runtime('node26')], commands[1]]))
      prints(command, 'wide.mjs', '0Heap fast,0Heap hardened\n');
    const typed = `import module from 'heaplet/heaplet.wasm';\nexport const heap = H0.create({ module });\n`;
    writeFileSync(join(folder, 'types.mts'), typed + readFileSync(join(folder, 'types.mts'), 'utf8'));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    for (const [module, resolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ]) {
      for (const lib of ['es2022', 'es2022,dom']) {
        const flags = ['--strict', '--noEmit', '--target', 'es2022', '--lib', lib, '--types', ''];
        const how = ['--module', module, '--moduleResolution', resolution];
        const checked = spawnSync(process.execPath, [tsc, ...flags, ...how, 'types.mts'], inFolder);
        assert.equal(checked.status, 0, `${lib}: ${checked.stdout}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('npm pack holds what is needed and nothing else', () => {
  const npm = spawnSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  assert.equal(npm.status, 0, npm.stderr);
  const files = JSON.parse(npm.stdout)[0].files.map(({ path }) => path);
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? target : Object.values(target),
  );
  for (const target of targets.filter((target) => !target.includes('*'))) {
    assert.ok(files.includes(target.slice(2)), `${target} is packed`);
  }
  const needed = [
    /^(js|dist|src)\/[\w./-]+$/,
    /^bin\/[a-z]+\.mjs$/,
    /^docs\/([\w-]+\.md|pictures\/[\w-]+\.(svg|png))$/,
    /^native\/\w+\.(cpp|hpp)$/,
    /^wasm\/((small|placed|contrib)\/)?[\w.-]+\.(cpp|h|hpp|js|md|py)$/,
    /^examples\/(\w+\.(mjs|md)|rust\/(Cargo\.(toml|lock)|src\/\w+\.rs))$/,
    /^rust\/(README\.md|LICENSE|build\.rs|(Cargo|rustfmt)\.toml|lib\/[\w/-]+\/libheaplet\.a|(src|tests)\/[\w/]+\.rs)$/,
    /^(package|profiles)\.json$/,
    /^pool\/\w+\.(cpp|h)$/,
    /^(README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md|CMakeLists\.txt|CMakePresets\.json)$/,
  ];
  for (const file of files)
    assert.ok(
      needed.some((pattern) => pattern.test(file)),
      file,
    );
  assert.ok(files.every((file) => !/^(test|bench|demo|build)\//.test(file)));
});
