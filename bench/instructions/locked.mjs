// `npm run bench:locked`: the most instructions that a thread executes while it has the lock of a threaded heap, on heaps of 10,
// 10,000 and 100,000 live blocks. So long do others wait for it at most, where the system lets it run.
import { readFileSync } from 'node:fs';
import { withMemoryLimits } from '../../tools/binary.mjs';
import { toolchain } from '../../tools/cache.mjs';
import { counter, countInstructions } from '../../tools/count.mjs';
import { mostPages } from '../../tools/modules.mjs';
import { isProgram } from '../../tools/paths.mjs';
import { Random } from '../../tools/random.mjs';
import { keep } from '../../tools/results.mjs';
import { line, number } from '../../tools/text.mjs';
import { buildModule } from '../../wasm/build/modules.mjs';
import { heaps } from './constant.mjs';
import { histories, nearlyFull } from './histories.mjs';
import { Meter } from './meter.mjs';

/** `hardened` has the same lock as `small`, over another heap. */
export const profiles = ['small', 'fast', 'hardened'];

/**
 * What is told apart: calls while the heap holds a large free block; and those when it does not, which may merge all that waits,
 * and make memory grow.
 */
export const kinds = ['malloc', 'realloc', 'free', 'end', 'growth'];

/** Bytes of the large free block: more than any history takes. */
const large = 2 ** 30;

const threads = 4;

/** More blocks than wait in the depot of a heap with threads. */
const waiting = 18_000;

/** @returns {Promise<(maximum?: number) => object>} makes a heap: its exports */
async function counted(profile) {
  const wasm = await buildModule({
    profile,
    source: 'locked.cpp',
    files: { 'locked.cpp': readFileSync(new URL('locked.cpp', import.meta.url)) },
    memory: 'own',
    exports: ['malloc', 'free', 'realloc', 'be', 'end'],
  });
  return (maximum = mostPages) => {
    const limited = withMemoryLimits(wasm, { initial: 1, maximum });
    const module = new WebAssembly.Module(countInstructions(limited));
    let [since, longest] = [0, 0];
    const count = () => exports[counter].value;
    const env = {
      locked() {
        since = count();
      },
      unlocked() {
        longest = Math.max(longest, count() - since);
      },
    };
    const { exports } = new WebAssembly.Instance(module, { env });
    const held = () => {
      const most = longest;
      longest = 0;
      return most;
    };
    return { exports, held };
  };
}

/** Each call by another thread. */
function inTurns(exports, random) {
  const as = (name) => (a, b) => {
    exports.be(random.integer(0, threads - 1));
    return exports[name](a, b);
  };
  return { ...exports, malloc: as('malloc'), free: as('free'), realloc: as('realloc') };
}

/** @returns {Object<string, number>} the most instructions with the lock, by kind of call, over all histories */
function worstHeld(load, blocks) {
  const worst = {};
  const note = (kind, held) => {
    worst[kind] = Math.max(worst[kind] ?? 0, held);
  };
  const run = (history, ample, mixed) => {
    const create = (maximum) => {
      let isAmple = false;
      const { exports, held } = load(maximum);
      const random = new Random(history.name, blocks);
      const report = (call, _, grew) => {
        if (isAmple && grew) throw new Error('the large free block is used up');
        const kind = call === 'hit' ? 'malloc' : call;
        note(isAmple || kind === 'free' ? kind : 'growth', held());
      };
      const meter = new Meter(mixed ? inTurns(exports, random) : exports, report, true);
      if (ample) meter.free(meter.malloc(large));
      isAmple = ample;
      return meter;
    };
    history(create, blocks, new Random(history.name, blocks));
  };
  for (const mixed of [false, true]) {
    for (const history of Object.values(histories)) {
      run(history, true, mixed);
      run(history, false, mixed);
    }
    run(nearlyFull, false, mixed);
    if (blocks >= 10_000)
      run((create, _, random) => histories.sandwiched(create, waiting, random, waiting), false, mixed);
  }
  ending(load, note);
  return worst;
}

/** A thread ends that keeps all that it may. */
function ending(load, note) {
  const { exports, held } = load();
  for (let size = 12; size <= 1020; size += 16) {
    const all = Array.from({ length: 300 }, () => exports.malloc(size));
    exports.be(1);
    for (const block of all) exports.free(block);
    exports.be(0);
  }
  exports.be(1);
  held();
  exports.end();
  note('end', held());
}

/** @returns {Promise<Object<string, Object<number, number>>>} kind -> live blocks -> instructions */
export async function measure(profile, on = heaps) {
  const load = await counted(profile);
  const byHeap = on.map((blocks) => worstHeld(load, blocks));
  const worst = (kind) => Object.fromEntries(on.map((blocks, i) => [blocks, byHeap[i][kind]]));
  return Object.fromEntries(kinds.map((kind) => [kind, worst(kind)]));
}

if (isProgram(import.meta.url)) {
  console.log('The most instructions of a thread while it has the lock, on heaps of so many live blocks');
  const figures = [];
  for (const profile of profiles) {
    const worst = await measure(profile);
    figures.push({ profile, worst });
    console.log(line([profile, ...heaps.map((blocks) => number(blocks))], 24, 12));
    for (const kind of kinds)
      console.log(line([`  ${kind}`, ...heaps.map((n) => number(worst[kind][n]))], 24, 12));
  }
  keep('locked', { command: 'npm run bench:locked', versions: toolchain, figures });
}
