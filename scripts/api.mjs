// `npm run api`: writes js/API.md from the types that the build has left in dist/types. With --check it only says
// whether the file is what it would write (a test does).
import { readFileSync, writeFileSync } from 'node:fs';
import { isProgram, path } from '../tools/paths.mjs';

const types = (file) => readFileSync(path(`dist/types/${file}.d.ts`), 'utf8');

const rest = '`heaplet` and `heaplet/hardened`.';

/** What is documented, in this order. `heaplet` has Heap, with all that CoreHeap has. */
const classes = [
  {
    file: 'core',
    name: 'Heap',
    title: 'Heap',
    variable: 'heap',
    note: '`heaplet/core` and `heaplet/small`.',
  },
  {
    file: 'core-heap',
    name: 'CoreHeap',
    title: 'Heap, raw calls and handles',
    variable: 'heap',
    note: 'All entries have this much.',
  },
  { file: 'content-heap', name: 'ContentHeap', title: 'Heap, contents', variable: 'heap', note: rest },
  {
    file: 'heap',
    name: 'Heap',
    title: 'Heap, the rest',
    variable: 'heap',
    note: '`heaplet` and `heaplet/hardened`.',
  },
  { file: 'handle', name: 'Handle', title: 'Handle', variable: 'handle' },
  { file: 'core-arena', name: 'CoreArena', title: 'Arena', variable: 'arena' },
  { file: 'arena', name: 'Arena', title: 'Arena, the rest', variable: 'arena', note: rest },
  { file: 'arena', name: 'Mark', title: 'Mark', variable: 'mark' },
  { file: 'errors', name: 'OutOfMemoryError', title: 'OutOfMemoryError', variable: 'error' },
];

const options = [
  { file: 'create', name: 'CreateOptions' },
  { file: 'heap', name: 'MoreOptions', title: 'HeapOptions: these besides' },
  { file: 'region', name: 'OverOptions' },
  { file: 'region', name: 'AttachMessage' },
  { file: 'core-arena', name: 'ArenaOptions' },
  { file: 'inspect', name: 'Stats' },
  { file: 'inspect', name: 'BlockInfo' },
  { file: 'debug', name: 'Leak' },
];

/** Before a type's name: where it comes from. */
const imported = /import\('[^']*'\)\./g;

/** A comment's lines, without stars. */
const lines = (comment) =>
  comment
    .replace(/^\s*\/\*\*|\*\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .filter(Boolean);

/** A comment as its text and its tags. */
function parsed(comment) {
  const [text, ...tags] = lines(comment)
    .join('\n')
    .split(/(?:^|\n)@/);
  return {
    text: text.replaceAll('\n', ' '),
    tags: tags.map((tag) => {
      const [, kind, rest] = /^(\w+)\s*([\s\S]*)$/.exec(tag.replaceAll('\n', ' '));
      return { kind, rest };
    }),
  };
}

/** The body of a declaration: up to the brace that closes it, at its own indentation. */
function bodyOf(source, start) {
  const from = source.indexOf(start);
  if (from < 0) throw new Error(`${start}: not in the types`);
  return source.slice(from, source.indexOf('\n}', from));
}

/** A tag's type, in braces that may nest, and what follows. */
function typed(rest) {
  let depth = 0;
  for (let i = 0; rest[0] === '{' && i < rest.length; i++) {
    depth += (rest[i] === '{') - (rest[i] === '}');
    if (depth === 0) return { type: rest.slice(1, i), text: rest.slice(i + 1).trim() };
  }
  return { type: '', text: rest };
}

function member(comment, signature, { name, title, variable }) {
  const { text, tags } = parsed(comment);
  const kinds = tags.map(({ kind }) => kind);
  if (kinds.includes('internal') || kinds.includes('protected')) return [];
  // What is called Core... inside is Arena and Heap to users of every entry.
  const shown = signature
    .replace(/Core(Arena|Heap)/g, '$1')
    .replace(imported, '')
    .replace(/^get (\w+)\(\)/, '$1')
    .replaceAll(name, title.split(',')[0]);
  const owner = shown.startsWith('static ') ? title.split(',')[0] : variable;
  const out = [`#### \`${owner}.${shown.replace('static ', '')}\``, '', text, ''];
  for (const { kind, rest } of tags) {
    const { type, text: words } = typed(rest);
    const [, parameter, about] = /^\[?(\w+)\]?\s*(.*)$/.exec(words) ?? [];
    if (kind === 'param' && about) out.push(`- \`${parameter}\`: ${about}`);
    if (kind === 'returns' && words) out.push(`- returns ${words}`);
    if (kind === 'throws')
      out.push(`- throws ${type.replace(imported, '').replaceAll(' | ', ' or ')} ${words}`.trimEnd());
  }
  if (out.at(-1) !== '') out.push('');
  return out;
}

function classText(entry) {
  const source = types(entry.file);
  const body = bodyOf(source, `export declare class ${entry.name}`);
  const about = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(
    source.slice(0, source.indexOf(`export declare class ${entry.name}`)),
  );
  const out = [
    `## ${entry.title}`,
    '',
    [entry.note, about && parsed(about[0]).text].filter(Boolean).join(' '),
    '',
  ];
  let [last, heading] = ['', ''];
  for (const [, comment, signature] of body.matchAll(
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\n {4}([^\n]*(?:\{\n(?:.*\n)*? {4}\})?[^\n]*);/g,
  )) {
    if (/^(_|readonly _|protected|\[|#|constructor)/.test(signature)) continue;
    const text = member(comment, signature.replace(/\s+/g, ' '), entry);
    // Overloads have one comment: their signatures stand above it.
    if (comment === last) out.splice(out.lastIndexOf(heading) + 1, 0, '', text[0]);
    else out.push(...text);
    [last, heading] = [comment, text[0]];
  }
  return out;
}

function optionText({ file, name, title = name }) {
  const body = bodyOf(types(file), `export type ${name} = {`);
  const out = [`## ${title}`, '', '| | | |', '|---|---|---|'];
  for (const [, comment, key, type] of body.matchAll(
    /(?:(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*)?\n {4}(\w+\??): (.*);/g,
  )) {
    out.push(`| \`${key}\` | \`${type.replaceAll('|', '\\|')}\` | ${comment ? parsed(comment).text : ''} |`);
  }
  return [...out, ''];
}

export function apiText() {
  return [
    '# API',
    '',
    'Made from the types by `npm run api`; [README.md](README.md) explains. Sizes are bytes, lengths are elements,',
    'pointers are numbers from 16 to 2 ** 32 - 1.',
    '',
    ...classes.flatMap(classText),
    ...options.flatMap(optionText),
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()
    .concat('\n');
}

if (isProgram(import.meta.url)) {
  const file = path('js/API.md');
  const text = apiText();
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error('js/API.md is not what the types say: npm run api');
    process.exit(1);
  }
}
