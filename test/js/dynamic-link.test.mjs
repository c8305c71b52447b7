// Two modules, built apart, one of C and one of C++, on one heap: they hand each other pointers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Heap } from 'heaplet';
import { readFile } from './support.mjs';

const file = (name) => readFile(new URL(`../../build/test-modules/${name}.wasm`, import.meta.url));
const [list, shapes] = await Promise.all(
  ['list', 'shapes'].map(async (name) => new WebAssembly.Module(await file(name))),
);

const fixed = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));

const start = (heap, module) => {
  const { exports } = new WebAssembly.Instance(module, heap.imports(module));
  exports.__wasm_apply_data_relocs?.();
  return exports;
};

const heaps = {
  'a heap of its own': () => Heap.create(),
  'a heap in debug mode': () => Heap.create({ debug: true }),
  hardened: () => Heap.create({ profile: 'hardened' }),
  'a region of a memory': () =>
    Heap.over(new WebAssembly.Memory({ initial: 10 }), { base: 65536, length: 400_000 }),
  'over another module': () => Heap.fromModule(Heap.create().imports().env),
};

for (const [name, create] of Object.entries(heaps)) {
  describe(name, () => {
    test('a list made by C is read and freed by C++, an object made by C++ is passed on', () => {
      const heap = create();
      const [c, cpp] = [start(heap, list), start(heap, shapes)];
      const own = name.startsWith('over') ? null : heap.stats().usedBlocks;
      const texts = ['circle', 'square of C', 'héllo', 'x'.repeat(3000)];
      const bytes = heap.scope((arena) => {
        let head = 0;
        for (const string of texts) {
          const text = arena.utf8(string);
          head = c.list_push(head, text.ptr, text.byteLength);
          assert.notEqual(head, 0);
        }
        assert.equal(c.list_longest(head), 3000);
        const [, length, text] = heap.adopt(Uint32Array, head >>> 0, 3).view;
        assert.equal(length, 3000);
        assert.equal(heap.readCString(text), texts[3]);
        const square = cpp.shape_of_text(head);
        assert.equal(cpp.shape_area(square), 2 * 3000 ** 2);
        cpp.shape_free(square);
        return cpp.take_list(head);
      });
      assert.equal(bytes, 6 + 11 + 6 + 3000);
      assert.equal(c.list_made(), 4);
      const first = heap.scope((arena) => c.list_push(0, arena.utf8('circle').ptr, 6));
      const circle = cpp.shape_of_text(first);
      assert.equal(cpp.shape_area(circle), 2 * 3 * 36);
      cpp.shape_free(circle);
      c.list_free(first);
      if (own === null) return;
      assert.equal(heap.stats().usedBlocks, own, 'every block came back');
      assert.ok(heap.check());
    });

    test('two instances of one module have data of their own', () => {
      const heap = create();
      const [one, two] = [start(heap, list), start(heap, list)];
      one.list_push(0, 16, 4);
      assert.equal(one.list_made(), 1);
      assert.equal(two.list_made(), 0);
    });
  });
}

test('module: refuses what is none, and one with a fixed place', () => {
  const heap = Heap.create();
  for (const bad of [null, 1, {}, heap.imports()]) {
    assert.throws(() => heap.imports(bad), {
      name: 'TypeError',
      message: /^module: expected a WebAssembly.Module/,
    });
  }
  assert.throws(() => heap.imports(fixed), { name: 'TypeError', message: /^module: it has a fixed place/ });
});
