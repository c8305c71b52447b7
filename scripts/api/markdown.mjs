// js/API.md as text.
import { classes, named, others, parts, within } from './outline.mjs';

const code = (text) => `\`${text}\``;

/** Where a heading of a page is linked to, as code hosts make it. */
export const anchor = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** `type` in code, then what is said of it. */
const described = (what, text) => (text ? `${code(what)}: ${text}` : code(what));

const nameOf = ({ name, isStatic }, owner) => `${isStatic ? owner : classes[owner]}.${name}`;

/** Every member by the name that the outline has for it. */
function membersOf(entry) {
  const all = new Map();
  for (const owner of Object.keys(classes).filter((each) => entry.names.includes(each)))
    for (const member of entry.members(owner)) all.set(nameOf(member, owner), member);
  return all;
}

/** What the outline, the comments or js/README.md lack: the text would be wrong. */
function lacks(members, entry, readme) {
  const placed = parts.flatMap((part) => part.members);
  const shown = [
    ...Object.keys(classes),
    ...parts.flatMap(({ types = {} }) => Object.values(types)),
    ...named,
    ...Object.keys(within),
  ];
  const sections = new Set(readme.split('\n').flatMap((line) => /^#+ (.*)/.exec(line)?.[1] ?? []));
  const undescribed = [...members].flatMap(([name, { text, isCall, complexity, signatures }]) => [
    ...(text ? [] : [`${name} has no comment`]),
    ...(isCall && !complexity ? [`${name} has no @complexity`] : []),
    ...signatures
      .flatMap(({ parameters }) => parameters)
      .filter(({ type, text }) => type.includes('number') && !type.includes('=>') && !text)
      .map((parameter) => `${name}: its ${parameter.name} has no unit`),
  ]);
  return [
    ...[...members.keys()].filter((name) => !placed.includes(name)).map((name) => `${name} is in no part`),
    ...placed.filter((name) => !members.has(name)).map((name) => `${name} is nothing that heaplet has`),
    ...placed.filter((name, i) => placed.indexOf(name) !== i).map((name) => `${name} is in two parts`),
    ...entry.names.filter((name) => !shown.includes(name)).map((name) => `the type ${name} is not shown`),
    ...parts.filter(({ section }) => !sections.has(section)).map(({ section }) => `no section ${section}`),
    ...undescribed,
  ];
}

/** `name(first[, second])` */
const call = (name, { parameters }) => {
  const list = parameters.map((each, i) => {
    const text = `${i ? ', ' : ''}${each.name}`;
    return each.optional ? `[${text}]` : text;
  });
  return `${name}(${list.join('')})`;
};

/** Where a method takes one thing or another, its name alone. */
function heading(name, { isCall, signatures }) {
  const [first, ...others] = signatures.map(({ parameters }) => parameters.map((each) => each.name).join());
  return isCall && others.every((each) => each === first) ? call(name, signatures.at(-1)) : name;
}

/** Parameters and result; of an overloaded method those of each signature. */
function calls(name, { isCall, signatures }) {
  if (!isCall) {
    const [{ returns }] = signatures;
    return [`- is ${described(returns.type, returns.text)}`];
  }
  return signatures.flatMap(({ parameters, returns }) => [
    ...(signatures.length > 1 ? [`- ${code(call(name, { parameters }))}`] : []),
    ...[
      ...parameters.map((each) =>
        described(`${each.name}${each.optional ? '?' : ''}: ${each.type}`, each.text),
      ),
      ...(returns.type === 'void' ? [] : [`returns ${described(returns.type, returns.text)}`]),
    ].map((line) => `${signatures.length > 1 ? '  ' : ''}- ${line}`),
  ]);
}

const thrown = ({ type, text }) => {
  const types = type.split(' | ').map(code).join(' or ');
  return `- throws ${types}${text ? `: ${text}` : ''}`;
};

function fields(type, entry, isCore) {
  return [
    `${code(type)} has`,
    '',
    ...entry.fields(type).map(({ name, optional, type, text }) => {
      const note = isCore(name) ? '' : ` (not in ${code('heaplet/core')})`;
      return `- ${described(`${name}${optional ? '?' : ''}: ${type}`, text)}${note}`;
    }),
    '',
  ];
}

/** What each entry begins with: its call, what it does, and what there is to know of it. */
const entryOf = (name, it) => [
  `### ${code(heading(name, it))}`,
  '',
  it.text,
  '',
  ...calls(name, it),
  ...it.throws.map(thrown),
  ...(it.complexity ? [`- time: ${it.complexity}`] : []),
];

/** The entries for captures, whose pages in docs/ explain them. */
function captures(read) {
  return others.flatMap(({ title, from, file, calls: names, classes: owners = {}, types = [] }) => {
    const entry = read(file);
    const members = [
      ...names.map((name) => [name, entry.function(name)]),
      ...Object.entries(owners).flatMap(([owner, object]) =>
        entry.members(owner).map((member) => [`${object}.${member.name}`, member]),
      ),
    ];
    const silent = members.filter(([, member]) => !member?.text).map(([name]) => name);
    if (silent.length) throw new Error(`js/${file}: no comment of ${silent}`);
    return [
      `## ${title}`,
      '',
      `From ${code(from)}: [Where the memory goes](../docs/explorer.md).`,
      '',
      ...members.flatMap(([name, it]) => [...entryOf(name, it), '']),
      ...types.flatMap((type) => fields(type, entry, () => true)),
    ];
  });
}

/** `heaplet/explorer` is a page's, and has its types by hand. */
const explorer = [
  '## Explorer',
  '',
  `From ${code('heaplet/explorer')}, in a page: [Beside a heap that runs](../docs/explorer.md#beside-a-heap-that-runs).`,
  '',
  `### ${code('explore(host, target[, options])')}`,
  '',
  'Puts the explorer into an element of the page.',
  '',
  `- ${described('host: Element', 'becomes the explorer')}`,
  `- ${described('target: Uint8Array | Recording | object', 'a capture; or a heap of heaplet, an Emscripten Module or a recording: then it is live')}`,
  `- ${described('options?: RecordOptions', 'of the recording that it begins')}`,
  `- returns ${described('Exploration', 'its `recording`, `refresh()` to show at once what came since, and `end()`')}`,
  '',
];

/**
 * @param {(file: string) => import('./members.mjs').Entry} read
 * @param {string} readme js/README.md
 */
export function apiText(read, readme) {
  const entry = read('index.js');
  const members = membersOf(entry);
  const faults = lacks(members, entry, readme);
  if (faults.length) throw new Error(faults.join('\n'));

  const core = read('core.js');
  const inCore = membersOf(core);
  const coreFields = Object.fromEntries(
    Object.entries(within).map(([part, whole]) => [whole, core.fields(part).map(({ name }) => name)]),
  );

  const member = (name, section, type) => {
    const it = members.get(name);
    return [
      ...entryOf(name, it),
      ...(inCore.has(name) ? [] : [`- not in ${code('heaplet/core')}`]),
      `- more: [${section}](README.md#${anchor(section)})`,
      '',
      ...(type ? fields(type, entry, (field) => coreFields[type]?.includes(field) ?? true) : []),
    ];
  };

  return [
    '# API',
    '',
    'Made by `npm run api` from the comments in the sources; [README.md](README.md) shows how it is used.',
    '',
    '- Sizes and addresses are bytes, lengths are elements. An address is a number from 16 to 2 ** 32 - 1, never negative.',
    `- \`heaplet/small\` has what \`heaplet/core\` has, \`heaplet/hardened\` what \`heaplet\` has.`,
    '- O(1) is constant time: neither the number of blocks nor their sizes count. What is read without a call takes O(1).',
    '- `using` frees a handle, arena, mark or heap at the end of its block. What is used after its end throws a',
    '  `ReferenceError`; so do the calls of a heap that was closed.',
    '- Whatever throws changes nothing, if it does not say otherwise.',
    "- In types `B` is the kind of buffer that the memory has, and `N` a typed array's name: `TypedArrays<B>[N]` is what the",
    '  class `Type` makes.',
    '',
    '| | |',
    '|---|---|',
    ...parts.map(({ title, members: names }) => {
      const links = names.map((name) => `[${code(name)}](#${anchor(heading(name, members.get(name)))})`);
      return `| [${title}](#${anchor(title)}) | ${links.join(', ')} |`;
    }),
    ...others.map(
      ({ title, calls: names }) => `| [${title}](#${anchor(title)}) | ${names.map(code).join(', ')} |`,
    ),
    `| [Explorer](#explorer) | ${code('explore')} |`,
    `| [Types](#types) | ${named.map(code).join(', ')} |`,
    '',
    ...parts.flatMap(({ title, section, about, members: names, types = {} }) => [
      `## ${title}`,
      '',
      ...(about ? [described(about, entry.about(about)), ''] : []),
      ...names.flatMap((name) => member(name, section, types[name])),
    ]),
    ...captures(read),
    ...explorer,
    '## Types',
    '',
    ...named.map((name) => `- ${described(name, entry.about(name))}`),
    '',
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
