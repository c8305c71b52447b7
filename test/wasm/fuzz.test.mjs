// Random sequences of all exported functions on every module, under the shadow of the heap. Failures are had again
// by HEAPLET_SEED=seed HEAPLET_ONLY=module; HEAPLET_STEPS sets the calls of each case.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, modules, mostPages, page } from '../../tools/modules.mjs';
import { Random, seed } from '../../tools/random.mjs';
import { CheckedHeap } from '../support/checked.mjs';

const steps = Number(process.env.HEAPLET_STEPS ?? 3000);
const KiB = 1024;
const MiB = 1024 * KiB;

/** How a case chooses: sizes, how many blocks it keeps about, how often somebody else grows memory. */
const regimes = {
  small: { sizes: (random) => random.integer(0, 200), live: 1000 },
  mixed: { sizes: (random) => random.logarithmic(1, 64 * KiB), live: 300 },
  big: { sizes: (random) => random.logarithmic(32 * KiB, 16 * MiB), live: 12 },
  growing: { sizes: (random) => random.logarithmic(8, 200 * KiB), live: Infinity },
  foreign: { sizes: (random) => random.logarithmic(8, 100 * KiB), live: 100, foreign: 0.03 },
  phases: { sizes: (_, step) => 16 << ((step / 400) % 11), live: 200, emptied: 400 },
  limited: { sizes: (random) => random.logarithmic(1, 100 * KiB), live: Infinity, maximum: 24 },
  limitedForeign: {
    sizes: (random) => random.logarithmic(1, 64 * KiB),
    live: 200,
    maximum: 80,
    foreign: 0.003,
  },
  // From a pinned block of more than 2 GiB on, every pointer's highest bit is set.
  high: { sizes: (random) => random.logarithmic(1, 64 * KiB), live: 200, pinned: 2 ** 31 },
  // The last pages of 4 GiB.
  top: { sizes: (random) => random.logarithmic(1, 100 * KiB), live: Infinity, pinned: 2 ** 32 - 24 * page },
};

/** Has the heap give a block away for good. */
function pin(checked, size) {
  const start = checked.heap.malloc(size);
  assert(start, `the pinned block of ${size} B could not be had`);
  checked.shadow.own(start, size);
}

/** Frees so many of the live blocks, chosen at random. */
function freeSome(checked, random, share) {
  for (const start of checked.shadow.addresses()) if (random.chance(share)) checked.free(start);
}

function step(checked, random, regime, index) {
  const { heap, shadow } = checked;
  const size = regime.sizes(random, index);
  const live = shadow.addresses();
  const action = random.integer(0, 99);
  const allocates = live.length === 0 || (live.length < regime.live && action < 55);
  if (random.chance(regime.foreign ?? 0)) checked.growForeign(random.integer(1, 4));
  if (regime.emptied && index % regime.emptied === 0) freeSome(checked, random, 1);
  else if (!allocates && action < 85) checked.free(random.pick(live));
  else if (heap.realloc && action % 5 === 0) {
    return checked.realloc(
      random.chance(0.05) ? 0 : (random.pick(live) ?? 0),
      random.chance(0.05) ? 0 : size,
    );
  } else if (heap.calloc && action % 5 === 1) {
    const count = random.integer(1, 8);
    return checked.calloc(count, Math.floor(size / count));
  } else if (heap.aligned_alloc && action % 5 === 2) {
    return checked.aligned_alloc(2 ** random.integer(0, random.chance(0.1) ? 16 : 8), size);
  } else if (action === 3) checked.free(0);
  else return checked.malloc(size);
  return 1;
}

/** How many blocks of a size can be had once everything that the heap caches is merged; they are freed again. */
function capacity(checked, size) {
  // No cached block may be left before the heap says that it has no memory.
  assert.equal(checked.malloc(2 ** 32 - 2 * page), 0);
  const starts = checked.fill(size);
  for (const start of starts) checked.free(start);
  return starts.length;
}

/** Once all is free, what could be had before can be had again. */
function nothingLost(checked, before) {
  freeSome(checked, new Random('all'), 1);
  for (const [size, count] of before) {
    const again = capacity(checked, size);
    assert(
      again >= count,
      `${count} blocks of ${size} B could be had, but only ${again} after all was freed`,
    );
  }
}

function fuzz(module, regime, random) {
  const checked = new CheckedHeap(load(module, { maximum: regime.maximum }));
  try {
    if (regime.pinned) pin(checked, regime.pinned);
    // A module that owns its memory has it from its first call on: nobody is before it.
    if (module.ownsMemory) checked.free(checked.malloc(1));
    const foreignLimit = regime.maximum && regime.foreign;
    const bounded = (regime.maximum || regime.pinned > 2 ** 31) && !foreignLimit;
    // Measured once memory has all its pages: the pools are what they will be.
    let before = [];
    if (bounded) {
      capacity(checked, 5000);
      before = [5000, 100000, 700000].map((size) => [size, capacity(checked, size)]);
    }
    for (let i = 1; i <= steps; i++) {
      if (step(checked, random, regime, i) === 0) freeSome(checked, random, random.pick([0.02, 0.1, 0.5, 1]));
      if (i % 500 === 0) checked.shadow.verifyAll();
    }
    checked.shadow.verifyAll();
    if (bounded) nothingLost(checked, before);
    return checked.heap.pages;
  } catch (error) {
    error.message += `\nHEAPLET_SEED=${seed} HEAPLET_ONLY='^${module.name}$'; the last calls:\n${checked.log.join('\n')}`;
    throw error;
  }
}

for (const module of modules) {
  for (const [name, regime] of Object.entries(regimes)) {
    test(`${module.name}, ${name}`, () => void fuzz(module, regime, new Random(seed, module.name, name)));
  }
}

test(`seed ${seed}, ${steps} calls a case, at most ${mostPages} pages`, () => assert(modules.length > 0));
