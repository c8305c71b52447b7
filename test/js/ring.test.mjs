// What the threads of a program have told in its memory is read in their order, whatever becomes of one of them. Programs
// do so in test/c/record_threads.test.mjs; here what seldom comes about is written word by word, as wasm/trace_threads.c does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History, readCapture } from 'heaplet/capture';
import { record, recordImports } from 'heaplet/record';
import { noSharedMemory } from './support.mjs';

const CALLS = { malloc: 0, alignedAlloc: 2, realloc: 3, free: 4, moves: 15, text: 16 };
const RING = 1024;
const SEGMENT = 81_920;
const RECORDS = 2048;
const [ON, NEXT, TAKEN, FULL] = [1, 2, 3, 4];

/** A module whose threads are written by the test. */
function program({ version = 1, maximum = 10 } = {}) {
  const memory = new WebAssembly.Memory({ initial: 10, maximum, shared: true });
  const words = new Uint32Array(memory.buffer);
  words[RING / 4] = version;
  const at = (field) => RING / 4 + field;
  const directory = at(8);
  const segments = [];
  const ticket = () => words[at(NEXT)]++;
  /** The record of a ticket, whose segment there is then. */
  const place = (own) => {
    const entry = directory + (Math.floor(own / RECORDS) % 1024);
    if (words[entry] === 0) {
      words[entry] = 65_536 + segments.length * SEGMENT;
      segments.push(words[entry]);
    }
    return words[entry] + (own % RECORDS) * 40;
  };
  const write = (own, thread, call, [block = 0, size = 0, other = 0, usable = size, stack = 0] = []) => {
    const record = place(own);
    words.set([(thread << 16) | call, block, size, other, usable, stack], record / 4 + 1);
    new Float64Array(memory.buffer)[record / 8 + 4] = performance.timeOrigin + performance.now();
    words[record / 4] = own + 1;
  };
  const call = (thread, name, ...numbers) => write(ticket(), thread, CALLS[name], numbers);
  const text = (thread, string) => {
    for (let from = 0; from <= string.length; from += 16) {
      const own = ticket();
      const piece = string.slice(from, from + 16);
      const record = place(own);
      words[record / 4 + 1] = (thread << 16) | (piece.length << 8) | CALLS.text;
      new Uint16Array(memory.buffer, record + 8, piece.length).set(
        [...piece].map((unit) => unit.charCodeAt(0)),
      );
      words[record / 4] = own + 1;
    }
  };
  const threads = { ring: RING, read: null, memory: () => memory };
  const module = { heapletTraced: true, heapletThreads: threads };
  return { module, threads, words, at, segments, ticket, write, call, text };
}

/** All that a capture tells, as lines. */
function told(capture) {
  const lines = [];
  readCapture(capture, {
    block: (kind, _t, address, size, _u, _s, old, thread) =>
      lines.push(`${thread}: ${kind === 3 ? `${old} -> ` : ''}${address}, ${size}`),
    free: (_time, address, thread) => lines.push(`${thread}: -${address}`),
  });
  return lines;
}

test('threads: what is told in memory that is not there yet is read later', { skip: noSharedMemory }, () => {
  const { module, threads, words, at, ticket } = program({ maximum: 12 });
  const recording = record(module, { program: 'threads' });
  const own = ticket();
  const segment = 10 * 65_536;
  words[at(8)] = segment;
  threads.read();
  threads.memory().grow(2);
  const { buffer } = threads.memory();
  new Uint32Array(buffer, segment).set([own + 1, CALLS.malloc, 4096, 100, 0, 104, 0]);
  new Float64Array(buffer)[segment / 8 + 4] = performance.timeOrigin + performance.now();
  threads.read();
  assert.deepEqual(told(recording.stop()), ['0: 4096, 100']);
});

test('threads: calls come in the order of their tickets, with their stacks', { skip: noSharedMemory }, () => {
  const { module, threads, call, text, words, at } = program();
  const recording = record(module, { program: 'threads' });
  const glue = 'at heaplet_trace_stack (glue.js:1)\n';
  text(3, `${glue}at leak (wasm://wasm/1:wasm-function[2]:0x1)\nat handleMessage (worker.js:2)`);
  call(3, 'malloc', 4096, 100, 0, 104, 1);
  call(300, 'alignedAlloc', 8192, 50, 256);
  call(1, 'free', 4096);
  threads.read();
  assert.equal(words[at(TAKEN)], words[at(NEXT)]);
  call(0, 'malloc', 4096, 7);
  call(0, 'malloc', 0, 9);
  assert.equal(recording.events > 4, true);
  const capture = recording.stop();
  assert.equal(words[at(ON)], 0);
  assert.equal(threads.read, null);
  assert.deepEqual(told(capture), ['3: 4096, 100', '255: 8192, 50', '1: -4096', '0: 4096, 7']);
  const history = new History(capture);
  assert.deepEqual(history.framesOf(history.stack.raw[0]), ['leak']);
  assert.deepEqual(
    history.refusals.map(({ size }) => size),
    [9],
  );
});

test('threads: whose place another gets while it is moved has gone before', { skip: noSharedMemory }, () => {
  const { module, call } = program();
  const recording = record(module);
  for (const [thread, block] of [
    [1, 16],
    [2, 32],
  ])
    call(thread, 'malloc', block, 10);
  call(1, 'moves', 16);
  call(2, 'moves', 32);
  call(2, 'malloc', 64, 10); // a call within it
  call(2, 'realloc', 64, 20, 32);
  call(3, 'malloc', 16, 5);
  call(1, 'realloc', 48, 30, 16);
  call(4, 'realloc', 80, 40, 16); // it had begun before the recording did
  call(3, 'free', 16);
  call(3, 'free', 16); // the same one, twice
  assert.deepEqual(told(recording.stop()), [
    ...['1: 16, 10', '2: 32, 10', '2: 32 -> 64, 20', '1: -16', '3: 16, 5', '1: 48, 30'],
    ...['4: 80, 40', '3: -16'],
  ]);
});

test('threads: one that ends within a call holds up nothing', { skip: noSharedMemory }, async () => {
  const { module, threads, call, ticket, segments } = program();
  const recording = record(module, { stacks: 0 });
  ticket(); // and nothing is written
  call(2, 'malloc', 32, 10);
  threads.read();
  assert.deepEqual(told(recording.capture()), []);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  threads.read();
  assert.deepEqual(told(recording.capture()), ['2: 32, 10']);
  for (let i = 0; i < 3 * RECORDS; i++) {
    call(2, i % 2 ? 'malloc' : 'free', 32, 10);
    threads.read();
  }
  assert.equal(
    segments.length,
    2,
    'the one that it may still write to is no longer used, and the other again and again',
  );
  ticket();
  call(2, 'free', 32);
  assert.equal(told(recording.stop()).length, 3 * RECORDS + 2, 'nor does the end');
});

test('threads: where nobody has read the recording ends, and says so', { skip: noSharedMemory }, () => {
  const { module, threads, call, ticket, words, at } = program();
  const recording = record(module);
  call(1, 'malloc', 16, 10);
  ticket();
  words[at(FULL)] = 1;
  threads.read();
  assert.match(recording.ended, /the main thread has not come to read/);
  assert.match(new History(recording.stop()).reading.reason, /main thread/);
  threads.read?.();
});

test('threads: a sample is told by them', { skip: noSharedMemory }, () => {
  const { module, call } = program();
  const recording = record(module, { sampling: 1000 });
  call(1, 'malloc', 16, 10, 0, 12, 0xffffffff);
  call(1, 'malloc', 32, 20, 0, 20);
  const capture = recording.stop();
  assert.deepEqual(told(capture), ['1: 32, 20']);
  const [{ blocks, bytes }] = new History(capture).totals;
  assert.deepEqual([blocks, bytes], [2, 32]);
});

test('threads: another version, and a second recording, are refused', { skip: noSharedMemory }, () => {
  assert.throws(() => record(program({ version: 2 }).module), /target: .* another version of heaplet/);
  const { module, threads } = program();
  const { recording, env } = recordImports(() => undefined);
  const end = env.heaplet_trace.threads(threads);
  assert.throws(() => record(module), /target: it is being recorded already/);
  recording.mark('here');
  end();
  record(module).stop();
});
