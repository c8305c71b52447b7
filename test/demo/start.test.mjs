// What `npm start` shows while SQLite compiles, and who compiles it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocators, buildPrograms, link, objects } from '../../demo/build.mjs';
import { sizes } from '../../demo/sizes.mjs';
import { tour } from '../../demo/tour.mjs';
import { compareAnswers, work } from '../../demo/workload.mjs';
import { builds } from '../../js/profiles.js';
import { clang } from '../../tools/clang.mjs';
import { nativeClang } from '../../tools/native-clang.mjs';
import { findWasiSdk, missing } from '../../tools/wasi-sdk.mjs';
import { measure } from '../../wasm/build/size.mjs';

const lines = async (section) => {
  const all = [];
  for await (const line of section) all.push(line);
  return all;
};

test('the sizes are those that npm run size prints', async () => {
  const measured = (await measure()).filter(({ name }) => /^(small|fast)-coalesce$/.test(name));
  const figure = (line) => line.match(/[\d,]+$/)?.[0].replace(',', '');
  const shown = (await lines(sizes())).map(figure).filter(Boolean).map(Number);
  assert.deepEqual(shown.sort(), measured.map(({ size }) => size).sort());
});

const sdk = findWasiSdk();
const compilers = { "npm's clang": clang, "the machine's own clang": sdk && nativeClang(sdk) };

for (const [name, compiler] of Object.entries(compilers))
  test(`the tour, by ${name}, shows a heap that grows, keeps its views right, merges and is sound`, {
    skip: !compiler && missing,
  }, async () => {
    builds.clear();
    const text = (await lines(tour([{ name, compiler }]))).join('\n');
    for (const pattern of [
      /the memory has grown to 10,\d+ KiB/,
      /has 0 elements: growth has cut it off/,
      /made anew: 1, 2, 3, 4/,
      /500 free blocks/,
      /1 free block: they have merged/,
      /sound, 1 in use$/,
    ])
      assert.match(text, pattern);
    for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
  });

test("SQLite by the machine's own clang gives the answers that it gives by npm's", {
  skip: !sdk && missing,
}, async () => {
  const amount = { limit: 100_000, lookups: 50 };
  const answers = async (allocator, compiler) => {
    const program = await link(await objects(compiler), allocator, undefined, compiler);
    return work(new WebAssembly.Module(program), amount).answers;
  };
  const own = nativeClang(/** @type {any} */ (sdk));
  const expected = await answers('dlmalloc', clang);
  for (const allocator of allocators) compareAnswers(expected, await answers(allocator, own), allocator);
});

test('a compiler that cannot do it is passed over, and the last one has the word', async () => {
  const stages = [];
  const cannot = () => Promise.reject(new Error('no such header'));
  const can = async (args) => Uint8Array.of(args.length);
  const { programs, compiler } = await buildPrograms(
    (stage) => stages.push(stage),
    [
      { name: 'first', compiler: cannot },
      { name: 'second', compiler: can },
    ],
  );
  assert.equal(compiler, 'second');
  assert.deepEqual(Object.keys(programs), allocators);
  assert.match(stages[0], /by first/);
  assert.match(stages[1], /by second/);
  await assert.rejects(
    buildPrograms(() => {}, [{ name: 'first', compiler: cannot }]),
    /no such header/,
  );
});
