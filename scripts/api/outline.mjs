// The order of js/API.md: what a reader needs first comes first. Each part belongs to a section of js/README.md, which
// explains it; a member that stands in no part, or in two, is an error.

/**
 * The classes, and what an object of each is called in the text.
 * @type {Record<string, string>}
 */
export const classes = {
  Heap: 'heap',
  Handle: 'handle',
  Arena: 'arena',
  Mark: 'mark',
  OutOfMemoryError: 'error',
};

/**
 * @typedef {object} Part
 * @property {string} title
 * @property {string} section of js/README.md, by its heading
 * @property {string} [about] the class whose comment is its first line
 * @property {string[]} members
 * @property {Record<string, string>} [types] behind which member the fields of which type are shown
 */

/** @type {Part[]} */
export const parts = [
  {
    title: 'A heap',
    section: 'heaplet for JavaScript',
    about: 'Heap',
    members: ['Heap.create', 'heap.memory'],
    types: { 'Heap.create': 'HeapOptions' },
  },
  {
    title: 'Typed arrays in it',
    section: 'Handles',
    about: 'Handle',
    members: ['heap.alloc', 'heap.adopt', 'handle.ptr', 'handle.length', 'handle.byteLength', 'handle.free'],
  },
  { title: 'Their views', section: 'Views: the one rule', members: ['handle.view', 'handle.copy'] },
  {
    title: 'Strings and buffers',
    section: 'Strings and buffers',
    members: [
      ...['heap.from', 'heap.transfer', 'heap.utf8', 'heap.utf16', 'heap.cstring'],
      ...['heap.readUtf8', 'heap.readUtf16', 'heap.readCString'],
    ],
  },
  {
    title: 'Arenas',
    section: 'Arenas',
    about: 'Arena',
    members: [
      ...[
        'heap.scope',
        'heap.arena',
        'arena.alloc',
        'arena.from',
        'arena.utf8',
        'arena.utf16',
        'arena.cstring',
      ],
      ...['arena.scope', 'arena.mark', 'mark.rewind', 'arena.reset', 'arena.free', 'arena.memory'],
    ],
    types: { 'heap.arena': 'ArenaOptions' },
  },
  {
    title: 'Raw calls',
    section: 'Handles',
    members: [
      ...['heap.malloc', 'heap.calloc', 'heap.realloc', 'heap.free', 'heap.usableSize'],
      ...['heap.alignedAlloc', 'heap.alignedRealloc', 'heap.reset'],
    ],
  },
  {
    title: 'Other wasm modules',
    section: 'Other wasm modules on the heap',
    members: ['heap.imports', 'Heap.fromModule'],
  },
  {
    title: 'Heaps in any memory',
    section: 'Many heaps in one memory',
    members: ['Heap.over', 'heap.base', 'heap.close'],
    types: { 'Heap.over': 'OverOptions' },
  },
  {
    title: 'Threads',
    section: 'Threads',
    members: ['heap.share', 'Heap.attach', 'heap.thread', 'heap.recover', 'heap.flush'],
    types: { 'heap.share': 'AttachMessage' },
  },
  { title: 'Snapshots', section: 'Snapshots', members: ['heap.snapshot', 'heap.restore'] },
  {
    title: 'Looking into it',
    section: 'Looking into it',
    members: ['heap.usage', 'heap.stats', 'heap.blocks', 'heap.leaks', 'heap.check'],
    types: { 'heap.usage': 'Usage', 'heap.stats': 'Stats', 'heap.blocks': 'BlockInfo', 'heap.leaks': 'Leak' },
  },
  {
    title: 'Errors',
    section: 'Errors',
    about: 'OutOfMemoryError',
    members: ['error.size', 'error.name'],
  },
];

/** Types that have a name and no fields of their own to show: at the end, with what is said of them. */
export const named = ['Profile', 'TypedArray', 'TypedArrayConstructor', 'TypedArrays'];

/** Those that are shown with another: what `heaplet/core` takes is a part of HeapOptions. */
export const within = { CreateOptions: 'HeapOptions' };

/**
 * What the entries for captures have, behind the heaps: functions of the file `file`, and the members of its classes, each by
 * what an object of the class is called.
 * @type {{ title: string, from: string, file: string, calls: string[], classes?: Record<string, string>, types?: string[] }[]}
 */
export const others = [
  {
    title: 'Recording',
    from: 'heaplet/record',
    file: 'capture/record.js',
    calls: ['record', 'recordImports'],
    classes: { Recording: 'recording' },
    types: ['RecordOptions'],
  },
  {
    title: 'Captures',
    from: 'heaplet/capture',
    file: 'capture/index.js',
    calls: [
      ...['readCapture', 'merge', 'leaks', 'difference', 'timeline', 'flame', 'lifeOf'],
      ...['toSpeedscope', 'toHeapProfile', 'toTrace'],
    ],
  },
];
