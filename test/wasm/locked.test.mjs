// How long a thread has the lock of a threaded heap at most, in instructions, whatever the history of the heap and whichever
// thread calls. The largest heap is left to `npm run bench:locked`, which takes minutes.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { measure, profiles } from '../../bench/instructions/locked.mjs';
import { line, number } from '../../tools/text.mjs';

const heaps = [10, 10_000];

// For each kind of call the constant. `growth` merges all that waits: up to 16,384 blocks in `fast`, and 8,192 in `hardened`. A `free`
// hands on, and merges, a few chains at most; and so does a realloc that moves a block.
const constants = {
  small: { malloc: 1300, realloc: 1000, free: 140, growth: 1400 },
  fast: { malloc: 1800, realloc: 40_000, free: 40_000, end: 40_000, growth: 5_200_000 },
  // As in constant.test.mjs: a free may send on up to 64 blocks.
  hardened: { malloc: 750, realloc: 45_000, free: 45_000, growth: 10_000_000 },
};

const lines = [];

for (const profile of profiles) {
  test(`${profile}: no thread has the lock for longer than a constant`, async () => {
    const worst = await measure(profile, heaps);
    for (const [kind, most] of Object.entries(constants[profile])) {
      const [few, many] = heaps.map((blocks) => worst[kind][blocks]);
      lines.push(line([`${profile} ${kind}`, number(few), number(many), number(most)], 24, 12));
      assert.ok(few > 0 && many > 0, `${kind} was not measured`);
      assert.ok(Math.max(few, many) <= most, `${kind}: ${few} and ${many} instructions, not ${most}`);
    }
  });
}

after(() => console.log(lines.join('\n')));
