// AssemblyScript's TLSF, from its standard library, as its compiler makes it.
import { readFileSync } from 'node:fs';
import { path } from '../../tools/paths.mjs';
import { cached } from '../../wasm/build/toolchain.mjs';

const { version } = JSON.parse(readFileSync(path('node_modules/assemblyscript/package.json'), 'utf8'));

const source = `
export function malloc(size: usize): usize { return heap.alloc(size); }
export function free(block: usize): void { heap.free(block); }
export function realloc(block: usize, size: usize): usize { return heap.realloc(block, size); }
`;

const flags = [
  '--runtime',
  'minimal',
  '--initialMemory',
  '1',
  '-O3',
  '--noAssert',
  '--use',
  'abort=',
  '--outFile',
  'heap.wasm',
];

const build = () =>
  cached(['assemblyscript', version, flags], { source }, async () => {
    const { default: asc } = await import('assemblyscript/asc');
    let wasm;
    const { error, stderr } = await asc.main(['heap.ts', ...flags], {
      readFile: (name) => (name === 'heap.ts' ? source : null),
      writeFile(name, contents) {
        if (name === 'heap.wasm') wasm = contents;
      },
      listFiles: () => [],
    });
    if (error) throw new Error(`asc ${flags.join(' ')}\n${stderr}`, { cause: error });
    return wasm;
  });

/** @type {import('./index.mjs').Group} */
export const assemblyscript = {
  names: ['AssemblyScript'],
  missing: () => undefined,
  allocators: () => [{ name: 'AssemblyScript', from: `assemblyscript ${version}`, build }],
};
