// Who: what leaks, what is in use, what has changed, by stack; as a table and as a flame graph.
import { difference, flame, leaks } from '../js/capture/index.js';
import { element } from './dom.js';
import { bytes, change, count } from './text.js';

const percent = (share) => `${Math.round(share * 100)}%`;

/** What each tab asks, and the columns in which it answers. */
const tabs = {
  leaks: {
    name: 'Leaks',
    about:
      'Not freed up to this moment. What was allocated again and again comes first; what came once, as a program’s start does, later.',
    rows: ({ history, moment }) => leaks(history, moment),
    columns: [
      ['bytes', (row) => bytes(row.bytes)],
      ['blocks', (row) => count(row.blocks)],
      ['spread', (row) => percent(row.pieces)],
    ],
  },
  use: {
    name: 'In use',
    about: 'Everything that is there at this moment.',
    rows: ({ history, live }) => history.byStack(live),
    columns: [
      ['bytes', (row) => bytes(row.bytes)],
      ['blocks', (row) => count(row.blocks)],
    ],
  },
  difference: {
    name: 'Difference',
    about: 'What there is at the second moment of the comparison more, or less, than at the first.',
    rows: ({ history, first, second }) => difference(history, first, second),
    columns: [
      ['bytes', (row) => change(row.bytes, bytes)],
      ['blocks', (row) => change(row.blocks, count)],
      ['allocated', (row) => bytes(row.allocated)],
      ['freed', (row) => bytes(row.freed)],
    ],
  },
  kept: {
    name: 'Kept of the range',
    about: 'Allocated between the two moments of the comparison, and not freed at the second.',
    rows: ({ history, first, second }) => history.byStack(history.keptBetween(first, second)),
    columns: [
      ['bytes', (row) => bytes(row.bytes)],
      ['blocks', (row) => count(row.blocks)],
    ],
  },
};

const MOST = 200;

/**
 * Which thread a stack is of, where there are several.
 * @param {import('../js/capture/history.js').History} history
 * @returns {(stack: number) => string}
 */
function threadNames(history) {
  const [UNKNOWN, SEVERAL] = [-1, -2];
  const [threads, stacks] = [history.thread.values, history.stack.values];
  const only = new Int16Array(history.parents.length).fill(UNKNOWN);
  for (let block = 0; block < stacks.length; block++) {
    const known = only[stacks[block]];
    if (known === UNKNOWN) only[stacks[block]] = threads[block];
    else if (known !== threads[block]) only[stacks[block]] = SEVERAL;
  }
  if (only.every((thread) => thread === UNKNOWN || thread === 0)) return () => '';
  return (stack) => (only[stack] === SEVERAL ? 'several threads' : `thread ${only[stack]}`);
}

/** @param {import('./store.js').Store} store */
export function whoView(store) {
  let tab = 'leaks';
  const buttons = Object.entries(tabs).map(([key, { name }]) =>
    element(
      'button',
      { role: 'tab', 'data-tab': key, onclick: () => show(key), onkeydown: (event) => step(event, key) },
      name,
    ),
  );
  const about = element('p.about');
  // The roles stay what they are where a narrow page lays it out otherwise.
  const table = element('table', { role: 'table' });
  const graph = element('div.flame', { role: 'tree', 'aria-label': 'Flame graph of the stacks' });
  const clear = element(
    'button.clear',
    { onclick: () => store.set({ stack: -1 }), hidden: true },
    'All stacks',
  );
  const panel = element(
    'div',
    { role: 'tabpanel', tabindex: '-1' },
    about,
    graph,
    element('div.rows', {}, table),
  );
  const section = element(
    'section.who',
    { 'aria-label': 'Who' },
    element('h2', {}, 'Who'),
    element(
      'div.bar',
      {},
      element('div.tabs', { role: 'tablist', 'aria-label': 'Questions' }, ...buttons),
      clear,
    ),
    panel,
  );

  function step(event, key) {
    const names = Object.keys(tabs);
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const next = names[(names.indexOf(key) + by + names.length) % names.length];
    show(next);
    buttons[names.indexOf(next)].focus();
  }

  function show(key) {
    tab = key;
    if (store.history) fill();
  }

  function choose(stack) {
    store.set({ stack: store.stack === stack ? -1 : stack });
  }

  function fill() {
    const { history } = store;
    const { rows, columns, about: text } = tabs[tab];
    const all = rows(store);
    for (const button of buttons) {
      const isMine = button.dataset.tab === tab;
      button.setAttribute('aria-selected', String(isMine));
      button.tabIndex = isMine ? 0 : -1;
    }
    about.textContent = text;
    const head = element(
      'tr',
      {},
      ...columns.map(([name]) => element('th', { scope: 'col', role: 'columnheader' }, name)),
      element('th', { scope: 'col', role: 'columnheader' }, 'allocated by'),
    );
    const threadOf = threadNames(history);
    const lines = all.slice(0, MOST).map((row) => {
      const [first = '(no stack)', ...others] = history.framesOf(row.stack);
      const who = element(
        'button.stack',
        { 'aria-pressed': String(row.stack === store.stack), onclick: () => choose(row.stack) },
        element('b', {}, first),
        element('span', {}, others.slice(0, 3).join(' ← ')),
        element('span.thread', {}, threadOf(row.stack)),
      );
      return element(
        'tr',
        { 'data-stack': String(row.stack), role: 'row' },
        ...columns.map(([, value]) => element('td', { role: 'cell' }, value(row))),
        element('td', { role: 'cell' }, who),
      );
    });
    const more =
      all.length > MOST ? [element('caption', {}, `the first ${MOST} of ${count(all.length)} stacks`)] : [];
    const empty = all.length
      ? []
      : [element('tr', {}, element('td', { colspan: String(columns.length + 1) }, 'nothing'))];
    table.style.setProperty('--columns', String(columns.length));
    table.replaceChildren(...more, element('thead', {}, head), element('tbody', {}, ...lines, ...empty));
    drawFlame(flame(history, all));
    clear.hidden = store.stack < 0;
  }

  /** Frames as boxes, each as wide as its bytes; what would be too narrow to be hit is left out. */
  function drawFlame(root) {
    graph.replaceChildren();
    const width = Math.max(graph.clientWidth, 200);
    const line = 22;
    let deepest = 0;
    const place = (node, left, wide, depth) => {
      if (wide < 3 || depth > 60) return;
      deepest = Math.max(deepest, depth);
      const text = `${node.name}: ${bytes(node.bytes)} in ${count(node.blocks)} blocks`;
      const box = element(
        'button.frame',
        {
          role: 'treeitem',
          title: text,
          'aria-label': text,
          'aria-level': String(depth + 1),
          'aria-selected': String(node.stack === store.stack),
          tabindex: depth === 0 ? '0' : '-1',
          'data-stack': String(node.stack),
          onclick: () => choose(node.stack === 0 ? -1 : node.stack),
        },
        wide > 30 ? node.name : '',
      );
      Object.assign(box.style, {
        left: `${left}px`,
        width: `${Math.max(wide - 1, 2)}px`,
        top: `${depth * line}px`,
      });
      box.style.setProperty('--hue', String(hue(node.name)));
      graph.append(box);
      let at = left;
      for (const child of node.children) {
        const own = (child.bytes / Math.max(node.bytes, 1)) * wide;
        place(child, at, own, depth + 1);
        at += own;
      }
    };
    if (root.bytes > 0) place(root, 0, width, 0);
    graph.style.height = `${root.bytes > 0 ? (deepest + 1) * line : 0}px`;
  }

  graph.addEventListener('keydown', (event) => {
    const boxes = [...graph.children];
    const at = boxes.indexOf(event.target);
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (at < 0 || !by) return;
    event.preventDefault();
    boxes[Math.min(Math.max(at + by, 0), boxes.length - 1)].focus();
  });

  store.subscribe((what) => {
    if (['history', 'moment', 'range', 'stack'].some((name) => what.has(name))) fill();
  });
  let last = 0;
  new ResizeObserver(() => {
    if (store.history && graph.clientWidth !== last) fill();
    last = graph.clientWidth;
  }).observe(graph);
  return section;
}

/** The same function has the same colour, from yellow to red. */
function hue(name) {
  let sum = 7;
  for (let i = 0; i < name.length; i++) sum = (sum * 31 + name.charCodeAt(i)) % 997;
  return 8 + (sum % 48);
}
