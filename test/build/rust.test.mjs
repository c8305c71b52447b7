// The Rust example: cargo builds it with each profile of the crate, and its words are counted here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { History } from 'heaplet/capture';
import { recordImports } from 'heaplet/record';
import { path } from '../../tools/paths.mjs';
import { missingRust, rust } from '../../tools/rust.mjs';
import { profiles } from '../../wasm/build/modules.mjs';
import { cargoBuild } from '../rust/cargo.mjs';

const lengths = new Set();

/**
 * @param {string[]} features of the example, which are the crate's
 * @param {string[]} [flags] more of rustc
 * @returns {Buffer} the example with them
 */
function compile(features, flags = []) {
  const built = cargoBuild({ crate: path('examples/rust'), features, flags });
  assert.equal(built.status, 0, built.stderr);
  return built.read('words.wasm');
}

/** @returns {any} the exports of the example with a profile's feature */
function build(profile) {
  const wasm = compile(profile === 'fast' ? [] : [profile]);
  const module = new WebAssembly.Module(wasm);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert.ok(!lengths.has(wasm.length), 'the library is the same as the one before');
  lengths.add(wasm.length);
  return new WebAssembly.Instance(module).exports;
}

for (const profile of profiles) {
  test(`Rust on heaplet, ${profile}`, { skip: !rust && missingRust }, () => {
    const { buffer, count, aligned, footprint, memory } = build(profile);
    const text = Array.from({ length: 50_000 }, (_, i) => `word${'abcdefghij'[i % 10].repeat(i % 97)}`).join(
      ' ',
    );
    const words = text.split(' ');
    const frequencies = new Map();
    for (const word of words) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
    const bytes = new TextEncoder().encode(text);
    let before;
    for (let turn = 0; turn < 5; turn++) {
      const address = buffer(bytes.length) >>> 0;
      new Uint8Array(memory.buffer, address, bytes.length).set(bytes);
      const result = count(address, bytes.length);
      assert.equal(Number(result & 0xffffffffn), frequencies.size);
      assert.equal(Number(result >> 32n), Math.max(...frequencies.values()));
      assert.equal(aligned(), 1);
      assert.ok(footprint() > bytes.length && footprint() < memory.buffer.byteLength);
      // What is freed is used again.
      if (turn > 1) assert.equal(footprint(), before);
      before = footprint();
    }
  });
}

test('Rust on heaplet is recorded: heaplet flags --freestanding --trace', {
  skip: !rust && missingRust,
}, () => {
  const args = [path('bin/heaplet.mjs'), 'flags', '--freestanding', '--trace', '--profile', 'fast', '--json'];
  const printed = JSON.parse(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
  const [, ...flags] = printed.map((flag) => `-Clink-arg=${flag.replace('-Wl,', '')}`);
  const module = new WebAssembly.Module(compile(['record'], flags));
  let memory;
  const { recording, env } = recordImports(() => memory);
  const { exports } = new WebAssembly.Instance(module, { env });
  memory = exports.memory;
  const text = new TextEncoder().encode('one two two');
  const address = /** @type {any} */ (exports).buffer(text.length) >>> 0;
  new Uint8Array(memory.buffer, address, text.length).set(text);
  /** @type {any} */ (exports).count(address, text.length);
  const history = new History(recording.stop());
  assert.ok(history.reading.complete && history.events > 3, `${history.events} events`);
  assert.ok([...history.address.values].includes(address));
  assert.equal(history.memory.at(-1).bytes, memory.buffer.byteLength);
});
