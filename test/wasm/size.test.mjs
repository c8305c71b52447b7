// What `small` costs, to the byte: the compiler is the same on every system, and every byte has a reason
// (wasm/README.md lists them).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modules, read } from '../../tools/modules.mjs';

const bytes = { 'small-coalesce-mf': 404, 'small-coalesce-mfr': 472, 'small-mf': 375, 'small-mfr': 443 };

for (const [name, expected] of Object.entries(bytes)) {
  test(`${name}: ${expected} bytes over a module whose functions are empty`, () => {
    const module = modules.find((candidate) => candidate.name === name);
    const empty = { file: `build/size/empty-${name.split('-').at(-1)}.wasm`, ownsMemory: true };
    assert.equal(read(module).length - read(empty).length, expected);
  });
}
