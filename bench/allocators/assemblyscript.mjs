// AssemblyScript's TLSF, from its standard library, as its compiler makes it.
import { readFileSync } from 'node:fs';
import { cached } from '../../tools/cache.mjs';
import { path } from '../../tools/paths.mjs';

const { version } = JSON.parse(readFileSync(path('node_modules/assemblyscript/package.json'), 'utf8'));

const functions = {
  malloc: ['(size: usize): usize', 'return heap.alloc(size);', 'return 0;'],
  free: ['(block: usize): void', 'heap.free(block);', ''],
  realloc: ['(block: usize, size: usize): usize', 'return heap.realloc(block, size);', 'return 0;'],
  calloc: [
    '(count: usize, size: usize): usize',
    'const block = heap.alloc(count * size); memory.fill(block, 0, count * size); return block;',
    'return 0;',
  ],
};

/** The exported functions in AssemblyScript, or the same doing nothing. */
const program = (exports, empty) =>
  exports
    .map((name) => {
      const [type, body, nothing] = functions[name];
      return `export function ${name}${type} { ${empty ? nothing : body} }\n`;
    })
    .join('');

const flags = [
  '--runtime',
  'minimal',
  '--initialMemory',
  '1',
  '--noAssert',
  '--use',
  'abort=',
  '--outFile',
  'heap.wasm',
];

function build({ exports = Object.keys(functions), level = '-O3', empty = false } = {}) {
  const source = program(exports, empty);
  const all = [...flags, level];
  return cached(['assemblyscript', version, all], { source }, async () => {
    const { default: asc } = await import('assemblyscript/asc');
    let wasm;
    const { error, stderr } = await asc.main(['heap.ts', ...all], {
      readFile: (name) => (name === 'heap.ts' ? source : null),
      writeFile(name, contents) {
        if (name === 'heap.wasm') wasm = contents;
      },
      listFiles: () => [],
    });
    if (error) throw new Error(`asc ${all.join(' ')}\n${stderr}`, { cause: error });
    return wasm;
  });
}

/** @type {import('./index.mjs').Group} */
export const assemblyscript = {
  names: ['AssemblyScript'],
  missing: () => undefined,
  allocators: () => [
    {
      name: 'AssemblyScript',
      from: `assemblyscript ${version}`,
      build,
      buildForSize: ({ exports }) => build({ exports, level: '-Oz' }),
      buildEmpty: ({ exports }) => build({ exports, level: '-Oz', empty: true }),
    },
  ],
};
