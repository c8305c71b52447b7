// No operation's work depends on the heap. Executed instructions are counted, not timed: the worst call on a heap of 100,000
// live blocks is that on a heap of at most 10,000, and each is below a constant. The same sources compiled for size, whose
// counts are kept too, are not counted on the largest heap here, which takes ten times as long as the others.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { heaps, measure, rows, table } from '../../bench/instructions/constant.mjs';
import { modules } from '../../tools/modules.mjs';
import { results as kept } from '../../tools/results.mjs';

// For each kind of call (see bench/instructions/constant.mjs): the constant, in instructions, and by how many of them heaps may
// differ. `small` looks through up to 56 lists, and `lean` merges up to 8,192 cached blocks before memory grows or null
// is returned, `fast` up to 2,048, as many of slab pages, and 512 KiB of larger ones: which lists, and how many free neighbours the blocks have, is the heap's history, but the bounds are not.
const constants = {
  small: {
    malloc: { most: 1000, slack: 160 },
    realloc: { most: 1100, slack: 160 },
    free: { most: 130, slack: 0 },
    growth: { most: 1000, slack: 160 },
  },
  lean: {
    hit: { most: 50, slack: 0 },
    malloc: { most: 330, slack: 16 },
    realloc: { most: 720, slack: 80 },
    free: { most: 310, slack: 16 },
    growth: { most: 2_600_000, slack: 150_000 },
  },
  // A miss may take a slab page, or a leaf of the map of such, and prepares 16 blocks.
  fast: {
    hit: { most: 50, slack: 0 },
    malloc: { most: 850, slack: 160 },
    realloc: { most: 1000, slack: 160 },
    free: { most: 400, slack: 80 },
    growth: { most: 550_000, slack: 50_000 },
  },
  // Each block is looked at before it is merged, 256 bytes of it and its neighbours in its list: some 650 instructions. A free may
  // send on as many of the larger blocks that waited as have the bytes of the one that comes: at most 64.
  hardened: {
    malloc: { most: 750, slack: 16 },
    realloc: { most: 45_000, slack: 45_000 },
    free: { most: 45_000, slack: 45_000 },
    growth: { most: 10_000_000, slack: 500_000 },
  },
  // Nothing waits: a growth is a search, the growth and a cut; where pools stay apart what the last one had left is linked in.
  realtime: {
    hit: { most: 300, slack: 0 },
    malloc: { most: 300, slack: 0 },
    realloc: { most: 680, slack: 0 },
    free: { most: 260, slack: 0 },
    growth: { most: 800, slack: 0 },
  },
};

const results = new Map();

const isForSize = ({ name }) => !name.startsWith('heaplet-');

for (const module of modules) {
  const counted = isForSize(module) ? heaps.slice(0, -1) : heaps;
  test(`${module.name}: the most instructions of a call do not depend on the heap`, () => {
    const result = measure(module, counted);
    results.set(module, result);
    for (const [kind, { most, slack }] of Object.entries(constants[module.profile])) {
      if (kind === 'realloc' && module.name.endsWith('-mf')) continue;
      const worst = result[kind];
      for (const blocks of counted) assert(worst[blocks] > 0, `${kind} was not measured on ${blocks} blocks`);
      const [few, some, many] = heaps.map((blocks) => worst[blocks]);
      const text = `${kind}: ${few}, ${some} and ${many ?? 'no count of'} instructions`;
      assert((many ?? 0) <= Math.max(few, some) + slack, `${text}: more on the larger heap`);
      assert(Math.max(few, some, many ?? 0) <= most, `${text}: more than ${most}`);
    }
  });
}

test('realtime: the most instructions of any call, growth and refusals included, where pools are joined', () => {
  const joined = modules.filter(({ profile, coalesce }) => profile === 'realtime' && coalesce);
  for (const module of joined) {
    const most = (kind) => Math.max(0, ...Object.values(results.get(module)[kind] ?? {}).filter(Boolean));
    assert(most('free') <= 300, `${module.name}: free`);
    // What has no realloc grows in a malloc alone.
    if (module.name.endsWith('-mf')) assert(Math.max(most('malloc'), most('growth')) <= 450, module.name);
    else assert(Math.max(most('realloc'), most('growth')) <= 700, module.name);
  }
});

test('bench/results/constant.json has the counts of today: npm run bench:constant', () => {
  const names = [...results.keys()].map(({ name }) => name);
  const largest = String(heaps.at(-1));
  const known = kept('constant').figures.filter(({ module }) => names.includes(module));
  for (const { module, worst } of known) if (isForSize({ name: module })) delete worst[largest];
  assert.deepEqual(JSON.parse(JSON.stringify(rows(results))), known);
});

after(() => console.log(table(results)));
