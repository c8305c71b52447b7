// The instruction counter itself, on functions whose instructions can be counted by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsigned } from '../../tools/binary.mjs';
import { counter, countInstructions } from '../../tools/count.mjs';

const i32 = 0x7f;
const i64 = 0x7e;

/** A module of functions, the first one exported as `run`, and one page of memory. */
function build(...functions) {
  const section = (id, contents) => [id, ...unsigned(contents.length), ...contents];
  const list = (parts) => [...unsigned(parts.length), ...parts.flat()];
  const sized = (bytes) => [...unsigned(bytes.length), ...bytes];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      list(
        functions.map(({ from, to }) => [0x60, ...list(from.map((t) => [t])), ...list(to.map((t) => [t]))]),
      ),
    ),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(5, [1, 0, 1]),
    ...section(7, list([[3, ...new TextEncoder().encode('run'), 0, 0]])),
    ...section(10, list(functions.map(({ code, locals = [] }) => sized([...list(locals), ...code, 0x0b])))),
  ]);
}

/** Runs the copy that counts; its result must be the original's. */
function count(functions, ...args) {
  const wasm = build(...functions);
  const run = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const counting = run(countInstructions(wasm));
  assert.deepEqual(counting.run(...args), run(wasm).run(...args), 'the copy does something else');
  return counting[counter].value;
}

const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const constant = (value) => [0x41, value];

test('a straight run', () => {
  assert.equal(count([{ from: [i32], to: [i32], code: [...get(0), ...constant(1), 0x6a] }], 5), 3);
  assert.equal(count([{ from: [], to: [], code: [] }]), 0);
  assert.equal(count([{ from: [], to: [], code: [0x01, 0x01] }]), 2);
});

test('if and else', () => {
  const code = [
    ...get(0),
    0x04,
    i32,
    ...constant(1),
    0x05,
    ...constant(2),
    ...constant(3),
    0x6a,
    0x0b,
    ...constant(1),
    0x6a,
  ];
  const choose = [{ from: [i32], to: [i32], code }];
  assert.equal(count(choose, 1), 2 + 1 + 2);
  assert.equal(count(choose, 0), 2 + 3 + 2);
});

test('a loop, each time round', () => {
  // do sum += n while (--n)
  const body = [...get(1), ...get(0), 0x6a, ...set(1), ...get(0), ...constant(1), 0x6b, 0x22, 0, 0x0d, 0];
  const loop = [{ from: [i32], to: [i32], locals: [[1, i32]], code: [0x03, 0x40, ...body, 0x0b, ...get(1)] }];
  assert.equal(count(loop, 1), 9 + 1);
  assert.equal(count(loop, 1000), 9 * 1000 + 1);
});

test('branches out of blocks: br, br_if, br_table, return', () => {
  const leave = [{ from: [i32], to: [], code: [0x02, 0x40, ...get(0), 0x0d, 0, 0x01, 0x01, 0x0b, 0x01] }];
  assert.equal(count(leave, 1), 2 + 1);
  assert.equal(count(leave, 0), 2 + 2 + 1);
  const jump = [{ from: [], to: [], code: [0x02, 0x40, 0x0c, 0, 0x01, 0x01, 0x0b, 0x01] }];
  assert.equal(count(jump), 1 + 1);
  const table = [
    0x02,
    0x40,
    0x02,
    0x40,
    0x02,
    0x40,
    ...get(0),
    0x0e,
    2,
    0,
    1,
    2,
    0x0b,
    0x01,
    0x0b,
    0x01,
    0x0b,
    0x01,
  ];
  for (const [choice, nops] of [
    [0, 3],
    [1, 2],
    [2, 1],
    [9, 1],
  ]) {
    assert.equal(count([{ from: [i32], to: [], code: table }], choice), 2 + nops);
  }
  const back = [{ from: [i32], to: [], code: [...get(0), 0x04, 0x40, 0x0f, 0x0b, 0x01, 0x01] }];
  assert.equal(count(back, 1), 2 + 1);
  assert.equal(count(back, 0), 2 + 2);
});

test('calls, and several results', () => {
  const pair = { from: [i32], to: [i32, i32], code: [...get(0), ...get(0)] };
  const code = [...get(0), 0x10, 1, 0x6a, 0x10, 1, 0x6c];
  assert.equal(count([{ from: [i32], to: [i32], code }, pair], 3), 5 + 2 + 2);
  // A block that takes what is on the stack: its type is a function's.
  const inner = [...get(0), 0x02, 1, ...constant(1), 0x6a, ...constant(7), 0x0b, 0x6a];
  assert.equal(count([{ from: [i32], to: [i32], code: inner }, pair], 3), 1 + 3 + 1);
});

test('64 bits, floats, memory, bulk memory', () => {
  const wide = [...get(0), 0x42, 0xff, 0xff, 0x03, 0x86, 0x7a, 0xa7];
  assert.equal(count([{ from: [i64], to: [i32], code: wide }], 1n), 5);
  const float = [0x44, 0, 0, 0, 0, 0, 0, 0x0b, 0x40, 0xfc, 0x02, 0x1a, 0x43, 0x0b, 0x0b, 0x0b, 0x0b, 0x1a];
  assert.equal(count([{ from: [], to: [], code: float }]), 5);
  const store = [...constant(8), ...get(0), 0x36, 2, 4, ...constant(8), 0x28, 2, 4];
  assert.equal(count([{ from: [i32], to: [i32], code: store }], 77), 5);
  const fill = [...constant(0), ...constant(1), ...constant(50), 0xfc, 11, 0];
  const copy = [...constant(60), ...constant(0), ...constant(40), 0xfc, 10, 0, 0];
  assert.equal(count([{ from: [], to: [i32], code: [...fill, ...copy, 0x3f, 0] }]), 4 + 4 + 1);
  assert.equal(count([{ from: [i32], to: [i32], code: [...get(0), 0x40, 0] }], 2), 2);
});

test('what is not known is refused, not miscounted', () => {
  const simd = [0xfd, 0x0c, ...new Array(16).fill(0), 0x1a];
  assert.throws(() => countInstructions(build({ from: [], to: [], code: simd })), /0xfd/);
});

test('a module is as large as it is: a function of 300,000 instructions, and 50,000 functions', () => {
  const nops = new Array(300_000).fill(0x01);
  assert.equal(count([{ from: [], to: [], code: nops }]), nops.length);
  const first = { from: [], to: [], code: [0x01, 0x01] };
  const others = Array.from({ length: 50_000 }, () => ({ from: [], to: [], code: [] }));
  assert.equal(count([first, ...others]), 2);
});
