// `npm run bench:checkers`: which mistakes `hardened` and its peers on Emscripten find, and what each costs over the same malloc
// without its checks.
//
//   --found, --cost   only that, and nothing is kept
//
// EMCC names an Emscripten that has all of them: `node scripts/emscripten-newest.mjs` brings one.
import { isProgram } from '../../tools/paths.mjs';
import { keep } from '../../tools/results.mjs';
import { line } from '../../tools/text.mjs';
import { cost, rows } from './cost.mjs';
import { classes, found } from './found.mjs';
import { emscripten, peers, whyMissing } from './peers.mjs';

if (isProgram(import.meta.url)) {
  const only = process.argv.slice(2);
  const wants = (what) => only.length === 0 || only.includes(what);
  const here = Object.keys(peers).filter((name) => !whyMissing(name));
  for (const name of Object.keys(peers))
    if (!here.includes(name)) console.error(`left out: ${name}: ${whyMissing(name)}`);

  const outcomes = {};
  const compared = here.filter((name) => (peers[name].over && !peers[name].only) || name === 'dlmalloc');
  for (const name of wants('--found') ? compared : []) outcomes[name] = await found(name);
  if (wants('--found')) {
    console.log('Of programs with a mistake: named + ended without a word\n');
    console.log(line(['', ...compared], 54, 17));
    for (const [title, mistakes] of Object.entries(classes)) {
      const count = (name, wanted) => mistakes.filter((mistake) => outcomes[name][mistake] === wanted).length;
      const cells = compared.map((name) => `${count(name, 'named')} + ${count(name, 'ended')}`);
      console.log(line([`${title}: ${mistakes.length}`, ...cells], 54, 17));
    }
  }

  const costs = wants('--cost') ? await cost(here) : {};
  if (wants('--cost')) {
    console.log('\nInstructions and time over the same without, bytes of code, MB of memory\n');
    console.log(line(['', ...rows.flatMap((row) => [row, '']), 'code', '', 'memory', ''], 21, 9));
    for (const name of here) {
      const base = costs[peers[name].over];
      if (!base) continue;
      const own = costs[name];
      const over = rows.flatMap((row) =>
        ['instructions', 'ms'].map((what) => (own.rows[row][what] / base.rows[row][what]).toFixed(2)),
      );
      const memory = [base, own].map((each) => (each.memory / 1e6).toFixed(1));
      console.log(line([name, ...over, base.code, own.code, ...memory], 21, 9));
    }
  }
  // What is kept is of all of them.
  if (only.length === 0 && here.length === Object.keys(peers).length)
    keep('checkers', {
      command: 'npm run bench:checkers',
      versions: { Emscripten: emscripten.version, node: process.versions.node },
      figures: {
        classes,
        over: Object.fromEntries(
          here.flatMap((name) => (peers[name].over ? [[name, peers[name].over]] : [])),
        ),
        found: outcomes,
        cost: costs,
      },
    });
}
