// The engine that proofs run wasm by does what this machine's does: a history of calls, each with its result and with all of
// memory behind it, for replay.py to do again.
import { readFileSync, writeFileSync } from 'node:fs';
import { Random, seed } from '../tools/random.mjs';

/** What a replay compares: FNV-1a of the words that are not 0, with their addresses. */
function digest(memory) {
  let sum = 0x811c9dc5;
  const words = new Uint32Array(memory.buffer);
  for (let at = 0; at < words.length; ++at)
    if (words[at]) for (const value of [4 * at, words[at]]) sum = Math.imul(sum ^ value, 0x01000193) >>> 0;
  return sum;
}

/** Writes a history of so many calls of a module, which imports a memory. */
export function record(module, file, calls = 400) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 8 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)), {
    env: { memory },
  });
  const numbers = new Random(seed, 'replay');
  const random = (below) => numbers.integer(0, below - 1);
  const used = [];
  const rows = [];
  for (let call = 0; call < calls; ++call) {
    const way = random(5);
    const size = random(8) ? random(300) : random(90_000);
    let row;
    if (way < 2 || !used.length) row = ['malloc', size];
    else if (way === 2) row = ['aligned_alloc', 16 << random(6), size];
    else {
      const [payload] = used.splice(random(used.length), 1);
      row = way === 3 ? ['realloc', payload, size] : ['free', payload];
    }
    const [name, ...values] = row;
    const result = (exports[name](...values) ?? 0) >>> 0;
    if (name !== 'free') used.push(result || (name === 'realloc' ? values[0] : 0));
    if (!used.at(-1)) used.pop();
    rows.push({ name, values, result, pages: memory.buffer.byteLength >> 16, digest: digest(memory) });
  }
  writeFileSync(file, JSON.stringify({ seed, rows }));
}
