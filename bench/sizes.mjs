// How many bytes each allocator costs: its module after the optimiser that defines heaplet's sizes, less the same
// functions doing nothing. Each is compiled for size, and with only the functions that are asked for.
import { finalPasses, optimise } from '../wasm/build/modules.mjs';
import { exportSets } from '../wasm/build/size.mjs';

const bytes = async (wasm) => (await optimise(await wasm, [finalPasses])).length;

/**
 * @param {import('./allocators/index.mjs').Allocator[]} allocators
 * @param {(text: string) => void} report
 * @returns {Promise<Record<string, { mf: number, mfr: number }>>} bytes, by allocator
 */
export async function measureSizes(allocators, report) {
  const sizes = {};
  for (const { name, buildForSize, buildEmpty } of allocators) {
    report(`size of ${name}`);
    sizes[name] = {};
    for (const [set, exports] of Object.entries(exportSets))
      sizes[name][set] = (await bytes(buildForSize({ exports }))) - (await bytes(buildEmpty({ exports })));
  }
  return sizes;
}
