// The script that holds the folders' layers finds what they forbid.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrows, forbidden } from '../../scripts/layers.mjs';

/** The sentences on one file beside others that are empty. */
const said = (file, text, ...others) =>
  forbidden({ [file]: text, ...Object.fromEntries(others.map((name) => [name, ''])) });

for (const [file, text, other] of [
  ['bench/run.mjs', "import { it } from '../test/support/it.mjs';", 'test/support/it.mjs'],
  ['bench/run.mjs', "import {\n  it,\n} from '../test/it.mjs';", 'test/it.mjs'],
  ['bench/js/threads.mjs', "new URL('../../test/js/it.mjs', import.meta.url)", 'test/js/it.mjs'],
  ['demo/run.mjs', "await import('../test/it.mjs')", 'test/it.mjs'],
  ['demo/run.mjs', "import '../bench/it.mjs';", 'bench/it.mjs'],
  ['tools/a.mjs', "import { it } from '../wasm/build/it.mjs';", 'wasm/build/it.mjs'],
  ['tools/a.mjs', "/** @type {import('../bench/it.mjs').It} */", 'bench/it.mjs'],
  ['src/heap.hpp', '#include "../wasm/it.hpp"', 'wasm/it.hpp'],
  ['wasm/program_heap.hpp', '#include "test/c/it.hpp"', 'test/c/it.hpp'],
  ['wasm/small/heap.hpp', '#include "../../test/c/it.hpp"', 'test/c/it.hpp'],
])
  test(`${file} may not have: ${text.replaceAll('\n', ' ')}`, () => {
    const [from, to] = [file, other].map((name) => name.split('/')[0]);
    assert.deepEqual(said(file, text, other), [`${file}: ${from}/ may not reach into ${to}/: ${other}`]);
  });

test('what is allowed is not named', () => {
  assert.deepEqual(said('bench/run.mjs', "import { it } from '../tools/it.mjs';", 'tools/it.mjs'), []);
  assert.deepEqual(
    said('wasm/a.hpp', '#include "../src/b.hpp"\n#include "c.h"\n', 'src/b.hpp', 'wasm/c.h'),
    [],
  );
  assert.deepEqual(said('test/unit/a.cpp', '#include "test/support/b.hpp"', 'test/support/b.hpp'), []);
  assert.deepEqual(said('js/a.js', "import { build } from '../dist/heaplet-small.js';"), []);
});

test('an import that leads nowhere is named, and a folder that nobody knows', () => {
  assert.deepEqual(said('bench/run.mjs', "import { it } from './gone.mjs';"), [
    'bench/run.mjs: there is no ./gone.mjs',
  ]);
  assert.deepEqual(said('cellar/run.mjs', ''), [
    'cellar/run.mjs: scripts/layers.mjs does not know what cellar/ may reach',
  ]);
});

test('nothing leads out of tools and src, and no arrow has no reason', () => {
  assert.deepEqual([arrows.tools, arrows.src], [{}, {}]);
  for (const [from, to] of Object.entries(arrows))
    for (const [name, reason] of Object.entries(to)) assert.ok(reason, `${from} to ${name}`);
});
