// Zig's wasm_allocator, from its standard library, compiled by Zig itself: PyPI has it as a package. It keeps the sizes in
// the program: a free gets them back, as Rust's does.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../../tools/cache.mjs';
import { run } from '../../tools/commands.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { missingPython, pypiPackage, python } from '../../tools/pypi.mjs';
import { inScratch } from '../../tools/scratch.mjs';

const version = '0.17.1';

// Linux (x86-64, arm64), macOS (arm64, x86-64), Windows.
const hashes = [
  'ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54',
  'b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e',
  '09953b6af7f64168b915180a42774f520f92d86ef6331b28e33915c7e1f0bb23',
  '4e0b4b9c02b8d0d220e9948010f860b62ff11d96abb39762eca5fa2ef3f7bc97',
  '69c3dfc3aff6a297ec4017aa904782c0e450eb988982d7f675d83edce27526fb',
];

const features = 'mvp+bulk_memory+sign_ext+mutable_globals+nontrapping_fptoint';

const functions = { malloc: 'alloc', free: 'dealloc', realloc: 'resize', calloc: 'alloc_zeroed' };

const parts = readFileSync(path('bench/allocators/zig.zig'), 'utf8');

/** The source with some of its functions exported; what none of them calls is left out by the compiler. */
const program = (exports, empty) =>
  `${parts}\ncomptime {\n${exports.map((name) => `    @export(&${empty ? 'nothing' : 'heap'}.${functions[name]}, .{ .name = "${functions[name]}" });\n`).join('')}}\n`;

function build({ exports = Object.keys(functions), mode = 'ReleaseFast', empty = false } = {}) {
  const source = program(exports, empty);
  const args = ['build-exe', 'heap.zig', '-target', 'wasm32-freestanding', `-mcpu=${features}`, '-O', mode];
  args.push('-fno-entry', '-rdynamic', '-fstrip', '--stack', '4096', '-femit-bin=heap.wasm');
  return cached(['zig', version, args], { source }, async () => {
    const zig = join(await pypiPackage('ziglang', version, hashes), 'ziglang/zig');
    const cache = folder('build/zig');
    const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
    return inScratch({ 'heap.zig': source }, (scratch) => {
      run(zig, args, { cwd: scratch, env });
      return new Uint8Array(readFileSync(join(scratch, 'heap.wasm')));
    });
  });
}

/** @type {import('./index.mjs').Group} */
export const zig = {
  names: ['Zig'],
  missing: () => (python ? undefined : missingPython),
  allocators: () => [
    {
      name: 'Zig',
      from: `std.heap.wasm_allocator of Zig ${version}`,
      build,
      buildForSize: ({ exports }) => build({ exports, mode: 'ReleaseSmall' }),
      buildEmpty: ({ exports }) => build({ exports, mode: 'ReleaseSmall', empty: true }),
    },
  ],
};
