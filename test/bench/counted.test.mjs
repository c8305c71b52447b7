// The instrumented module does what the module did, and says how.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import binaryen from 'binaryen';
import { instrument, Observer } from '../../bench/instructions/instrument.mjs';
import { countedTable } from '../../bench/report/counted-table.mjs';

const text = `(module (memory (export "memory") 2)
  (func (export "word") (param i32) (result i32)
    (i32.store offset=4 (local.get 0) (i32.const 77))
    (i32.load offset=4 (local.get 0)))
  (func (export "bulk") (param i32 i32 i32)
    (memory.fill (local.get 0) (i32.const 9) (local.get 2))
    (memory.copy (local.get 1) (local.get 0) (local.get 2))))`;

async function start() {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt);
  const wasm = module.emitBinary();
  module.dispose();
  const observer = new Observer();
  const instrumented = new WebAssembly.Module(await instrument(wasm));
  const { exports } = new WebAssembly.Instance(instrumented, { env: observer.imports });
  observer.watch(exports);
  return { exports, observer };
}

test('a load and a store', async () => {
  const { exports, observer } = await start();
  assert.equal(exports.word(1000), 77);
  // local.get, const, store; local.get, load. 1004 to 1007 lie in one line.
  assert.deepEqual(observer.figures, { instructions: 5, accesses: 2, l1: 1, l2: 1 });
});

test('memory.fill and memory.copy cost what they are long, and trap where they must', async () => {
  const { exports, observer } = await start();
  exports.bulk(64, 1024, 128);
  const bytes = new Uint8Array(exports.memory.buffer);
  assert.ok(bytes.subarray(64, 192).every((byte) => byte === 9));
  assert.ok(bytes.subarray(1024, 1152).every((byte) => byte === 9) && bytes[1152] === 0);
  // Eight instructions; 128 bytes written, 128 read, 128 written, eight at a time, in two and two lines.
  assert.deepEqual(observer.figures, { instructions: 8 + 3 * 16, accesses: 3 * 16, l1: 4, l2: 4 });
  assert.throws(() => exports.bulk(131_072 - 8, 0, 16), WebAssembly.RuntimeError);
});

test('the table says them for each call, and fits 80 columns', () => {
  const figures = { calls: 10, instructions: 1234, accesses: 100, l1: 5, l2: 1, pages: 3 };
  const failed = /** @type {import('../../bench/instructions/figures.mjs').Figures} */ ({
    failed: 'unreachable',
  });
  const rows = {
    calloc1M: { 'heaplet fast': figures, other: { ...figures, instructions: 2468 }, third: failed },
  };
  const table = countedTable(rows, ['heaplet fast', 'other', 'third']);
  for (const line of table.split('\n')) assert.ok(line.length <= 80, line);
  assert.match(table, /^heaplet fast +123 +0\.50 +0\.10$/m);
  assert.match(table, /^other +2\.00 +1\.00 +1\.00 +1\.00$/m);
  assert.match(table, /^third +-$/m);
});
