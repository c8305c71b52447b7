// The models of the threads' protocol (test/model/*.pml) in every order of steps, by spin; and each with a mistake in it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { has, run } from '../tools/commands.mjs';
import { cxx } from '../tools/native.mjs';
import { path } from '../tools/paths.mjs';
import { inScratch } from '../tools/scratch.mjs';

export const spin = has('spin', '-V') && cxx !== undefined;

/**
 * What is said of each model, and a text of it that is changed for a mistake. Where a model is for three threads, what makes
 * it one for two is changed as well.
 */
const models = {
  lock: {
    title: 'the lock: never two have it',
    two: [
      ['#define threads 3', '#define threads 2'],
      ['run user(true);\n    run user(true);', 'run user(true);'],
    ],
    mistakes: {
      'a test and a store in two steps': ['d_step { word == 0 -> word = 1 }', 'word == 0 -> word = 1'],
      'who has slept takes it unseen': [
        ':: may_wait -> goto looking',
        ':: may_wait -> word = 1; goto has_it',
      ],
    },
  },
  thread_lists: {
    title: 'lists, depot, heap and the end of a thread: each block is in one place, and no header is lost',
    two: [
      ['#define threads 3', '#define threads 2'],
      ['run user(1);\n    run user(2)', 'run user(1)'],
      ['list[0] == 0 && list[1] == 0 && list[2] == 0', 'list[0] == 0 && list[1] == 0'],
    ],
    mistakes: {
      'a list is handed over and kept': ['give_chain(list[self]); list[self] = 0', 'give_chain(list[self])'],
      'a block is taken from the heap without the lock': [
        'd_step { lowest(heap, block); heap = heap & ~(1 << block) }\n  tell(block, false)',
        'lowest(heap, block); unlock(); heap = heap & ~(1 << block)\n  tell(block, false)',
      ],
    },
  },
};

/** A model with texts replaced, each of which must be there exactly once. */
function replaced(text, pairs) {
  return pairs.reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`a model has not exactly one \`${from}\``);
    return before.replace(from, () => to);
  }, text);
}

/** @returns {Promise<{ errors: number, states: string }>} what spin finds in a model */
function explored(text) {
  return inScratch({ 'model.pml': text }, (scratch) => {
    const options = { cwd: scratch };
    run('spin', ['-a', 'model.pml'], options);
    run(
      cxx,
      ['-x', 'c', '-w', '-O2', '-DSAFETY', '-DCOLLAPSE', '-DMEMLIM=1500', '-o', 'pan', 'pan.c'],
      options,
    );
    const { stdout } = run(join(scratch, 'pan'), ['-m20000', '-n'], options);
    if (/max search depth too small|Search not completed/.test(stdout) && /errors: 0/.test(stdout))
      throw new Error(stdout);
    return {
      errors: Number(stdout.match(/errors: (\d+)/)[1]),
      states: stdout.match(/([0-9.e+]+) states, stored/)[1],
    };
  });
}

/** @param {2 | 3} threads @returns {Promise<boolean>} whether all is as it should be */
export async function checkModels(threads) {
  let good = true;
  const say = (ok, text) => {
    good &&= ok;
    console.log(ok ? text : `FAILED: ${text}`);
  };
  for (const [name, { title, two, mistakes }] of Object.entries(models)) {
    const text = replaced(readFileSync(path(`test/model/${name}.pml`), 'utf8'), threads === 2 ? two : []);
    const { errors, states } = await explored(text);
    say(errors === 0, `${errors ? '' : 'proved: '}${title}: ${threads} threads, ${states} states`);
    for (const [mistake, pair] of Object.entries(mistakes))
      say((await explored(replaced(text, [pair]))).errors > 0, `  found: ${mistake}`);
  }
  return good;
}
