// Components on heaplet, in C and in Rust: what the host hands in and takes out lies in the component's heap. They are made by
// jco's tools, and run in Node by jco and by wasmtime.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { transpileBytes } from '@bytecodealliance/jco-transpile';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import { clang } from '../../tools/clang.mjs';
import { run } from '../../tools/commands.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { missingPython, pypiPackage, python } from '../../tools/pypi.mjs';
import { missingRust, missingTarget, rust, rustFor } from '../../tools/rust.mjs';
import { inScratch } from '../../tools/scratch.mjs';
import { wasmtime } from '../../tools/wasmtime.mjs';
import { profiles } from '../../wasm/build/modules.mjs';
import { cargoBuild } from '../rust/cargo.mjs';

const calls = 10_000;

const wasip2 = 'wasm32-wasip2';
const by = rustFor(wasip2);

/** The component of texts.c, linked with a profile's library. */
async function inC(profile) {
  const args = ['clang', '--target=wasm32', '-O2', '-nostdlib', '-ffreestanding', '-I.', '-Wall', '-Wextra'];
  const link = ['-Wl,--no-entry', 'texts.c', 'libheaplet.a', '-o', 'texts.wasm'];
  const module = await clang([...args, ...link], {
    'texts.c': readFileSync(path('test/components/texts.c')),
    'heaplet.h': readFileSync(path('wasm/heaplet.h')),
    'libheaplet.a': readFileSync(path(`dist/freestanding/${profile}/libheaplet.a`)),
  });
  const witSource = readFileSync(path('test/components/world.wit'), 'utf8');
  return componentNew(await componentEmbed({ binary: module, witSource, world: 'texts' }));
}

/** The component of rust/: its bindings are what wit-bindgen makes. */
async function inRust() {
  const built = cargoBuild({ crate: path('test/components/rust'), args: ['--locked'] });
  assert.equal(built.status, 0, built.stderr);
  return componentNew(built.read('texts.wasm'));
}

/** The same with Rust's std, whose libc has a `cabi_realloc` besides: what is handed in is of C's malloc, and Rust frees it. */
function inRustWithStd() {
  const built = cargoBuild({ crate: path('test/components/rust'), target: wasip2, by, args: ['--locked'] });
  assert.equal(built.status, 0, built.stderr);
  return built.read('texts.wasm');
}

/** Instantiates a component as jco does it: a module of JavaScript beside the core modules. */
async function byJco(component, name, use) {
  const { files } = await transpileBytes(component, { name, optimize: false });
  await inScratch({ ...files, 'package.json': '{ "type": "module" }' }, async (scratch) => {
    await use(await import(pathToFileURL(join(scratch, `${name}.js`)).href));
  });
}

function callAll(texts) {
  const memory = [];
  for (let i = 0; i < calls; i++) {
    const words = Array.from({ length: i % 50 }, () => `word ${i}`);
    assert.equal(texts.join(words, ', '), words.join(', '));
    const numbers = Uint32Array.from({ length: i % 300 }, (_, at) => at);
    assert.deepEqual(
      texts.double(numbers),
      numbers.map((number) => 2 * number),
    );
    if (i === calls / 10 || i === calls - 1) memory.push(texts.memoryBytes());
  }
  assert.equal(memory[1], memory[0], 'memory grew from call to call');
  assert.ok(memory[1] <= 2 ** 21, `${memory[1]} bytes`);
}

const skipRust = !rust && missingRust;
const components = [
  ...profiles.map((profile) => ({ name: `c-${profile}`, make: () => inC(profile), skip: undefined })),
  { name: 'rust', make: inRust, skip: skipRust },
  { name: 'rust-std', make: inRustWithStd, skip: !by && missingTarget(wasip2) },
];

for (const { name, make, skip } of components) {
  let component;
  before(async () => {
    if (!skip) component = await make();
  });
  test(`${name}: ${calls} calls with strings and lists, by jco`, { skip }, () =>
    byJco(component, name, callAll),
  );

  if (name === 'c-lean') continue;
  test(`${name}: the same by wasmtime`, { skip: skip ?? (!python && missingPython) }, async () => {
    const found = await pypiPackage('wasmtime', wasmtime.version, wasmtime.hashes);
    const file = join(folder('build/components'), `${name}.wasm`);
    writeFileSync(file, component);
    const env = { ...process.env, PYTHONPATH: found };
    const program = path('test/components/run_wasmtime.py');
    const { memory } = JSON.parse(run(python, [program, file, String(calls)], { env }).stdout);
    assert.equal(memory[1], memory[0], 'memory grew from call to call');
  });
}

test("a program for wasip2 with Rust's std, by jco", { skip: !by && missingTarget(wasip2) }, async () => {
  const main = `#[global_allocator]
static A: heaplet_alloc::Heaplet = heaplet_alloc::Heaplet::new();
fn main() {
    let words: Vec<String> = (0..1000).map(|i| format!("word {i}")).collect();
    assert!(A.stats().used >= words.iter().map(String::len).sum());
    println!("{} bytes", A.footprint());
}\n`;
  const manifest = `[package]\nname = "wasip2"\nversion = "0.0.0"\nedition = "2021"
[dependencies]\nheaplet-alloc = { path = ${JSON.stringify(path('rust'))} }\n[workspace]\n`;
  await inScratch({ 'src/main.rs': main, 'Cargo.toml': manifest }, async (crate) => {
    const built = cargoBuild({ crate, target: wasip2, by });
    assert.equal(built.status, 0, built.stderr);
    await byJco(built.read('wasip2.wasm'), 'wasip2', ({ run: command }) => command.run());
  });
});
