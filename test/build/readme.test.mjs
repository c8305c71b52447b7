// What the first page and docs/ tell a reader to type: typed into a project that has the package as npm packs it. Each
// block of code in them is compiled and run here; one that cannot be, says that it is `text`.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clang } from '../../tools/clang.mjs';
import { has } from '../../tools/commands.mjs';
import { findEmscripten, missing as noEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { linker, missingRust, rust } from '../../tools/rust.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { findWasiSdk, missing as noWasiSdk } from '../../tools/wasi-sdk.mjs';
import { Project } from './installed.mjs';

const emscripten = findEmscripten();
const sdk = findWasiSdk();
/** @type {Project} */
let project;
before(() => {
  project = new Project();
});
after(() => project.remove());

const documents = [
  'README.md',
  ...readdirSync(path('docs'))
    .filter((name) => /\.md$/.test(name))
    .map((name) => `docs/${name}`),
];

/** A document as it is packed. */
const read = (document) => readFileSync(project.path(`node_modules/heaplet/${document}`), 'utf8');

/** Its blocks of code in a language. */
const blocks = (document, language) =>
  [...read(document).matchAll(/^( *)```(\w*)\n(.*?)```/gms)]
    .filter(([, , name]) => name === language)
    .map(([, , , code]) => code);

/** The one line of README's blocks for a shell that matches; the comment behind it is not typed. */
function command(pattern) {
  const lines = blocks('README.md', 'sh').flatMap((block) => block.trimEnd().split('\n'));
  const [line, ...more] = new Set(lines.filter((each) => pattern.test(each)));
  assert.ok(line && more.length === 0, `${pattern}: ${lines.join('\n')}`);
  return line.replace(/ +#.*/, '');
}

test('every block is run here, or says that it is text', () => {
  const run = {
    js: documents,
    sh: ['README.md'],
    rust: ['README.md'],
    c: ['docs/start.md', 'docs/c.md'],
    cpp: ['README.md', 'docs/c.md'],
    cmake: ['docs/c.md'],
    text: documents,
  };
  for (const document of documents)
    for (const [, language] of read(document).matchAll(/^ *```([^\n]*)\n.*?^ *```$/gms))
      assert.ok(run[language]?.includes(document), `${document}: a block of ${language || 'no language'}`);
  const typed = [
    /^npm install heaplet$/,
    /^emcc /,
    /^clang /,
    /^cargo (add|build) /,
    /^c\+\+ /,
    /^npm (start|test)\b/,
  ];
  for (const line of blocks('README.md', 'sh').flatMap((block) => block.trimEnd().split('\n')))
    assert.ok(
      typed.some((pattern) => pattern.test(line)),
      `nobody types this: ${line}`,
    );
  const { scripts } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
  assert.ok(scripts.start && scripts.test);
});

test('every link to a heading leads to one', () => {
  // As code hosts make the names of headings.
  const slug = (heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  const headings = (document) =>
    [
      ...read(document)
        .replaceAll(/^ *```.*?^ *```$/gms, '')
        .matchAll(/^#+ (.*)$/gm),
    ].map(([, heading]) => slug(heading));
  for (const document of [...documents, 'js/README.md', 'src/README.md', 'wasm/README.md'])
    for (const [, file, anchor] of read(document).matchAll(/\]\(([\w./-]*\.md)?#([^)]+)\)/g)) {
      const target = file ? posix.join(posix.dirname(document), file) : document;
      assert.ok(headings(target).includes(anchor), `${document}: ${target}#${anchor}`);
    }
});

test('the JavaScript', () => {
  for (const document of documents)
    for (const code of blocks(document, 'js')) {
      project.write('example.mjs', code);
      project.succeeds(process.execPath, ['example.mjs']);
    }
});

describe('C', () => {
  // Says whose malloc it has.
  const says = /^heaplet: \d+ bytes in pools, \d+ used, /m;
  before(() => project.write('app.c', blocks('docs/start.md', 'c')[0]));

  test('by Emscripten', { skip: !emscripten && noEmscripten }, () => {
    const line = command(/^emcc /).replace('emcc', `'${emscripten.emcc}'`);
    for (const profile of ['', ' --profile small']) {
      project.shell(`${line.replace('--emscripten', `--emscripten${profile}`)} -o app.cjs`);
      const { status, stderr, text } = project.run(process.execPath, [...emscripten.nodeFlags, 'app.cjs']);
      assert.equal(status, 0, text);
      assert.match(stderr, says);
    }
  });

  test('by wasi-sdk', { skip: !sdk && noWasiSdk }, () => {
    const line = command(/^clang /).replace(
      'clang --target=wasm32-wasip1',
      `${sdk.clang} -Wno-deprecated --target=${sdk.target}`,
    );
    project.shell(`${line} -o app.wasm`);
    assert.match(ran(project.path('app.wasm')).stderr, says);
  });
});

/** Runs a module under WASI in a process of its own. */
function ran(wasm, args = []) {
  const program = `
    import { readFileSync } from 'node:fs';
    const { runCommand } = await import(${JSON.stringify(new URL('../../tools/wasi.mjs', import.meta.url).href)});
    process.exitCode = runCommand(readFileSync(process.argv[1]), process.argv.slice(1));`;
  return project.run(process.execPath, ['--input-type=module', '-e', program, wasm, ...args]);
}

test('Rust', { skip: !rust && missingRust }, () => {
  mkdirSync(project.path('src'));
  const manifest = `[package]\nname = "app"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n
    [profile.release]\nopt-level = "s"\npanic = "abort"\n[workspace]\n`;
  project.write('Cargo.toml', manifest);
  // Without Rust's std, which not every machine has compiled: what the page shows is the same with it.
  const [shown] = blocks('README.md', 'rust');
  project.write(
    'src/lib.rs',
    `#![no_std]\nextern crate alloc;\n${shown}
    #[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! { core::arch::wasm32::unreachable() }
    #[no_mangle]\npub extern "C" fn sum(n: u32) -> u32 { (0..n).collect::<alloc::vec::Vec<u32>>().iter().sum() }
    #[no_mangle]\npub extern "C" fn footprint() -> usize { A.footprint() }\n`,
  );
  // What was compiled before need not be again.
  const out = folder('build/readme');
  const flags = rust.library ? '' : `-Clinker=${linker} -Clinker-flavor=wasm-ld`;
  const env = { RUSTC: rust.rustc, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: flags, CARGO_TARGET_DIR: out };
  const shell = (pattern, more = '') =>
    project.shell(`${command(pattern).replace(/^cargo /, `'${rust.cargo}' `)}${more}`, { env });
  shell(/^cargo add /);
  shell(/^cargo build /, rust.library ? '' : ' -Zbuild-std=core,alloc');
  const wasm = readFileSync(join(out, 'wasm32-unknown-unknown/release/app.wasm'));
  const { sum, footprint } = /** @type {any} */ (
    new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports
  );
  assert.equal(sum(1000), 499_500);
  assert.ok(footprint() > 4000);
});

// What a document shows, with something to do: it says by its result whether it works.
const programs = {
  'README.md': (code) => `${code}
    int main() {
      if (take()) return 1;
      begin();
      void* const voice = take();
      if (!voice || reinterpret_cast<unsigned long>(voice) % 64 != 0) return 2;
      give(voice);
      return take() == voice ? 0 : 3;
    }\n`,
  'docs/c.md': (code) => code,
  'src/README.md': (code) =>
    `#include <heaplet/tlsf.hpp>\n${code}\nstatic_assert(real_time.quick_blocks == 64);\nint main() {}\n`,
};

test('C++ over memory of its own, by the npm compiler for WASI and by the system', async () => {
  const line = command(/^c\+\+ /);
  const [, standard, include] = line.match(
    /^c\+\+ (\S+) -c voices\.cpp (\$\(npx heaplet flags --include\))$/,
  );
  const at = project.shell(`echo ${include}`).trim().replace(/^-I/, '');
  const files = (folder) =>
    Object.fromEntries(
      readdirSync(folder, { withFileTypes: true }).map((entry) => {
        const name = join(folder, entry.name);
        return [entry.name, entry.isDirectory() ? files(name) : readFileSync(name)];
      }),
    );
  const tree = { heaplet: files(join(project.folder, at, 'heaplet')) };
  const native = has('c++');
  for (const [document, program] of Object.entries(programs)) {
    const [code, ...more] = blocks(document, 'cpp');
    assert.ok(code && more.length === 0, `${document}: a block of C++ that is not compiled here`);
    const source = program(code.replaceAll(/^ {2}/gm, ''));
    const args = [
      '--target=wasm32-wasip1',
      standard,
      '-Wall',
      '-Wextra',
      '-Werror',
      '-fno-exceptions',
      '-Iinclude',
    ];
    const wasm = await clang(['clang++', ...args, 'voices.cpp', '-o', 'voices.wasm'], {
      'voices.cpp': source,
      include: tree,
    });
    assert.equal(runCommand(wasm, ['voices']), 0, document);
    if (!native) continue;
    project.write('voices.cpp', source);
    project.shell(line);
    project.shell(`${line.replace('-c voices.cpp', '-Wall -Wextra -Werror voices.cpp')} -o voices`);
    project.succeeds(project.path('voices'), []);
  }
});

test('C over memory of its own, by the flags of the command', async () => {
  const [code, ...more] = blocks('docs/c.md', 'c');
  assert.ok(code && more.length === 0, 'a block of C that is not compiled here');
  const found = project.shell('npx heaplet flags --wasi --pool --include').trim().split(' ');
  const [include, library] = found.map((flag) => join(project.folder, flag.replace(/^-I/, '')));
  const wasm = await clang(
    [
      'clang',
      '--target=wasm32-wasip1',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-I.',
      'app.c',
      'pool.a',
      '-o',
      'app.wasm',
    ],
    {
      'app.c': code,
      'heaplet_pool.h': readFileSync(join(include, 'heaplet_pool.h')),
      'pool.a': readFileSync(library),
    },
  );
  assert.equal(runCommand(wasm, ['app']), 0);
});

describe('the table of faults', () => {
  /** Its rows: the fault, what C prints, the function that JavaScript's trap is in. */
  const rows = () =>
    [
      ...read('README.md').matchAll(/^\| (a block|what is freed)(.*) \| `(heaplet: .*?)`.* \| (.*) \|$/gm),
    ].map(([, subject, fault, printed, thrown]) => ({
      fault: subject + fault,
      printed,
      thrown: thrown.match(/^`(.*)`$/)?.[1],
    }));
  /** Any numbers are right where the table has some. */
  const pattern = (text) =>
    new RegExp(
      `^${text
        .replaceAll(/[()]/g, '\\$&')
        .replaceAll(/0x[0-9a-f]+|\d+/g, (number) => (number.startsWith('0x') ? '0x[0-9a-f]+' : '\\d+'))
        .replace('...', '.*')}$`,
      'm',
    );
  const mistakes = {
    'a block is freed twice': ['give(block); give(block);', 'heap.free(block); heap.free(block);'],
    'what is freed is no block': ['give(block + 16);', 'heap.free(block + 16);'],
    'a block was written past its end': [
      'memset(block + 100, 0, 3); give(block);',
      'new Uint8Array(heap.memory.buffer).fill(0, block + 100, block + 103); heap.free(block);',
    ],
    'a block was written after it was freed': [
      'give(block); block[8] = 0; take(1 << 25);',
      'heap.free(block); new Uint8Array(heap.memory.buffer)[block + 8] = 0; heap.malloc(1 << 25);',
    ],
    'a block is never freed': ['malloc_stats();', undefined],
  };

  test('has a row for each', () =>
    assert.deepEqual(
      rows().map(({ fault }) => fault),
      Object.keys(mistakes),
    ));

  test('says what C prints', async () => {
    for (const { fault, printed } of rows()) {
      const source = `#include <stdlib.h>\n#include <string.h>\nvoid malloc_stats(void);
        void (*volatile give)(void*) = free;
        void* (*volatile take)(size_t) = malloc;
        int main(void) { char* volatile block = take(100); ${mistakes[fault][0]} return 0; }\n`;
      const library = readFileSync(project.path('node_modules/heaplet/dist/wasi/hardened/libheaplet.a'));
      const args = [
        'clang',
        '--target=wasm32-wasip1',
        '-O1',
        'mistake.c',
        'libheaplet.a',
        '-o',
        'mistake.wasm',
      ];
      project.write('mistake.wasm', await clang(args, { 'mistake.c': source, 'libheaplet.a': library }));
      const { stderr } = ran('mistake.wasm');
      assert.match(stderr, pattern(printed), fault);
    }
  });

  test('says what JavaScript throws', () => {
    for (const { fault, thrown } of rows().filter((row) => row.thrown)) {
      const code = `import { Heap } from 'heaplet/hardened';\nconst heap = Heap.create();\nconst block = heap.malloc(100);
        try { ${mistakes[fault][1]} } catch (error) { console.log(error.name, error.message); }`;
      project.write('mistake.mjs', code);
      const printed = project.succeeds(process.execPath, ['mistake.mjs']);
      assert.match(printed, pattern(`HeapFaultError ${thrown}`), fault);
    }
  });
});
