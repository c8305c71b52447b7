// Whom `hardened` is compared with: what finds mistakes with blocks on Emscripten, each over the same malloc without it.
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cached } from '../../tools/cache.mjs';
import { findEmscripten, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { inScratch } from '../../tools/scratch.mjs';
import { buildObject } from '../../wasm/build/modules.mjs';

export const emscripten = findEmscripten();

/**
 * @typedef {object} Peer
 * @property {string} [over] the name of the same without checks; it has none itself
 * @property {string[]} [flags] of emcc
 * @property {() => Promise<Uint8Array>} [object] that is linked
 * @property {boolean} [only] its cost is of interest: it finds what another one finds
 * @property {RegExp} [says] what it says of a mistake
 * @property {() => string | undefined} [missing] what it needs, if that is not there
 */

/** Emscripten's system/lib: where emcc sees it, and where this process does. */
function systemLibrary() {
  const beside = dirname(realpathSync(emscripten.emcc));
  // The newest Emscripten's commands run in a tree of their own (scripts/emscripten-newest.sh).
  const places = [
    [beside, beside],
    ['/usr/share/emscripten', join(beside, '../tree/usr/share/emscripten')],
  ];
  const found = places.find(([, here]) => existsSync(join(here, 'system/lib/mimalloc')));
  return found?.map((place) => join(place, 'system/lib'));
}

const withoutMimalloc = () =>
  systemLibrary() ? undefined : 'an Emscripten that has mimalloc, 3.1.50 or later';

/** As Emscripten compiles its own (tools/system_libs.py), with the checks that mimalloc has for programs that are released. */
function secureMimalloc() {
  const [known, here] = systemLibrary();
  const included = ['alloc-override.c', 'free.c', 'page-queue.c', 'static.c'];
  const own = readdirSync(join(here, 'mimalloc/src')).filter(
    (name) => name.endsWith('.c') && !included.includes(name),
  );
  const flags = [
    ...[
      '-O2',
      '-fno-builtin',
      '-w',
      '-DNDEBUG',
      '-DEMMALLOC_NO_STD_EXPORTS',
      '-DMI_SECURE=4',
      '-DMI_DEBUG=0',
    ],
    ...['-DMI_ENABLE_LARGE_PAGES=0', '-DMI_ARENA_SLICE_SHIFT=(12+MI_SIZE_SHIFT)', '-DMI_MAX_ALIGN_SIZE=8'],
    ...['-DMI_DEFAULT_ARENA_RESERVE=65536', '-DMI_MALLOC_OVERRIDE', '-DMI_LIBC_MUSL'],
    ...['-DMI_USE_BUILTIN_THREAD_POINTER', `-I${join(known, 'mimalloc/include')}`],
  ];
  const files = [
    ...own.map((name) => `mimalloc/src/${name}`),
    'mimalloc/src/prim/prim.c',
    'emmalloc.c',
    'libc/sbrk.c',
  ];
  const shown = path('bench/hardened/mimalloc.c');
  return cached(['mimalloc', emscripten.version, flags], { shown: readFileSync(shown) }, () =>
    inScratch({}, (scratch) => {
      const sources = [...files.map((name) => join(known, name)), shown];
      runEmscripten(emscripten, ['emcc', ...flags, '-r', ...sources, '-o', join(scratch, 'mimalloc.o')]);
      return new Uint8Array(readFileSync(join(scratch, 'mimalloc.o')));
    }),
  );
}

const heaplet = (profile, stacks = false) => ({
  flags: ['-sMALLOC=none', ...(stacks ? ['--js-library', path('wasm/stacks.js')] : [])],
  object: () => buildObject({ profile, target: 'emscripten', stacks }),
});

/** @type {Record<string, Peer>} */
export const peers = {
  hardened: { ...heaplet('hardened'), over: 'lean', says: /^heaplet: /m },
  'hardened with stacks': { ...heaplet('hardened', true), over: 'lean', only: true },
  ASan: { over: 'dlmalloc', flags: ['-fsanitize=address'], says: /ERROR: AddressSanitizer: / },
  'ASan without stacks': {
    over: 'dlmalloc',
    flags: ['-fsanitize=address', path('bench/hardened/asan.c')],
    only: true,
  },
  memvalidate: {
    over: 'emmalloc',
    flags: ['-sMALLOC=emmalloc-memvalidate'],
    says: /^(Used region|In bucket).* is corrupt/m,
  },
  'mimalloc secure': {
    over: 'mimalloc',
    flags: ['-sMALLOC=none'],
    object: secureMimalloc,
    says: /^mimalloc: error: /m,
    missing: withoutMimalloc,
  },
  dlmalloc: {},
  lean: heaplet('lean'),
  emmalloc: { flags: ['-sMALLOC=emmalloc'] },
  mimalloc: { flags: ['-sMALLOC=mimalloc'], missing: withoutMimalloc },
};

/** Why a peer cannot be built here; undefined if it can. */
export const whyMissing = (name) => (emscripten ? peers[name].missing?.() : missing);

/**
 * Compiles and links a program with a peer.
 * @param {string} name of the peer
 * @param {string} output the program's name
 * @param {string[]} args the compiler's, with the sources
 * @returns {Promise<string>} its path
 */
export async function link(name, output, args) {
  const { flags = [], object } = peers[name];
  const out = folder(`build/bench/hardened/${emscripten.version}`);
  const program = join(out, `${output}-${name.replace(/\W/g, '-')}.cjs`);
  const objects = object ? [program.replace(/cjs$/, 'o')] : [];
  for (const file of objects) writeFileSync(file, await object());
  const common = ['-fno-builtin', '-w', '-sALLOW_MEMORY_GROWTH=1', ...flags];
  runEmscripten(emscripten, [...args, ...common, ...objects, '-o', program]);
  return program;
}
