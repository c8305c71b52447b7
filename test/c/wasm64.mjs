// The family compiled for wasm64, and run by what the engine can.
import { binaryen } from '../../tools/binaryen.mjs';
import { clang } from '../../tools/clang.mjs';
import { buildLibrary } from '../../wasm/build/modules.mjs';

/** What the module exports. */
export const names = [
  ...['malloc', 'free', 'calloc', 'realloc', 'reallocarray', 'aligned_alloc'],
  ...['malloc_usable_size', 'heaplet_malloc_footprint'],
];

/** @returns {Promise<Uint8Array>} a module with a 64-bit memory of its own, of the library that dist/ has */
async function compile(profile) {
  const library = await buildLibrary({ profile, target: 'freestanding64' });
  const args = [
    ['clang', '--target=wasm64-unknown-unknown', '-nostdlib', '-Wl,--no-entry', '-Wl,--whole-archive'],
    names.map((name) => `-Wl,--export=${name}`),
    ['libheaplet.a', '-o', 'out.wasm'],
  ].flat();
  return clang(args, { 'libheaplet.a': library });
}

const features = ['memory64', 'bulk-memory', 'sign-ext', 'mutable-globals', 'nontrapping-float-to-int'];

/** @returns {Promise<WebAssembly.Exports>} whose words are BigInts */
export async function instance(profile) {
  let wasm = await compile(profile);
  if (!WebAssembly.validate(wasm)) {
    const enabled = features.map((name) => `--enable-${name}`);
    wasm = await binaryen('wasm-opt', wasm, [...enabled, '--memory64-lowering']);
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
  const pointer =
    (call) =>
    (...args) => {
      const result = call(...args);
      return typeof result === 'bigint' ? BigInt.asUintN(64, result) : result;
    };
  return Object.fromEntries(
    Object.entries(exports).map(([name, value]) => [
      name.replace(/^heaplet_/, ''),
      typeof value === 'function' ? pointer(value) : value,
    ]),
  );
}
