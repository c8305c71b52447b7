// One colour for each allocator in every plot of the page, and the page's own. Each allocator's has a contrast of more
// than 3 with the paper by day and by night, and none looks like another: the plots need no second set. What is read has
// a contrast of more than 4.5. (test/bench/page.test.mjs computes all of it.)

/** The page's own: `paper` behind everything, `ink` and `soft` for text, `own` for heaplet's names, `line` for grids. */
export const schemes = {
  light: {
    paper: '#ffffff',
    ink: '#1b1f24',
    soft: '#57606a',
    own: '#0a62c4',
    line: '#d0d7de',
    area: '#eaeef2',
  },
  dark: {
    paper: '#0d1117',
    ink: '#e6edf3',
    soft: '#9198a1',
    own: '#58a6ff',
    line: '#30363d',
    area: '#1c2128',
  },
};

// heaplet's are blue, and nobody else's are. Relatives are not alike: their names are, and colours tell them apart.
const known = {
  'heaplet small': '#249ba8',
  'heaplet fast': '#1f6feb',
  'heaplet hardened': '#66609f',
  'heaplet lean': '#578cdb',
  'heaplet realtime': '#5a47ff',
  'dlmalloc (wasi)': '#ff0000',
  AssemblyScript: '#cc7a00',
  'dlmalloc (em)': '#c23a00',
  emmalloc: '#80614d',
  'mimalloc 2': '#8f1fff',
  'mimalloc 3': '#e814ff',
  'rlsf small': '#197635',
  rlsf: '#00a300',
  talc: '#819358',
  wee_alloc: '#b9278d',
  'wee_alloc a4': '#ff3399',
  lol_alloc: '#a37acd',
  'dlmalloc (Rust)': '#c46477',
  'talc claim': '#608800',
  wasmalloc: '#f06850',
  rusty_alloc: '#a84058',
  'mini-alloc': '#b88878',
  Zig: '#e060d8',
};
/** For those who come later, in turn. */
const spare = ['#007785', '#808080', '#8f7200', '#b73dd6', '#00996b', '#995c8d', '#d60056', '#8b46b9'];

/**
 * @param {string[]} names of all allocators of a run
 * @returns {(name: string) => string} the colour of each
 */
export function colours(names) {
  const others = names.filter((name) => !known[name]);
  return (name) => known[name] ?? spare[others.indexOf(name) % spare.length];
}
