// What if: a table of allocators, which the visitor starts.
import { element } from './dom.js';
import { replay, scriptOf } from './replay.js';
import { bytes, count } from './text.js';

/**
 * @param {import('./store.js').Store} store
 * @param {Record<string, string>} modules wasm in base64, by the allocators' names
 */
export function replayView(store, modules) {
  const button = element('button', { onclick: () => run() }, 'Replay this capture');
  const status = element('p.about', { role: 'status' });
  const table = element('table');
  const section = element(
    'section.replay',
    { 'aria-label': 'What if' },
    element('h2', {}, 'What if'),
    element(
      'p.about',
      {},
      'The recorded calls once more, in this browser, on heaplet’s profiles and on dlmalloc. Times include a call from JavaScript into wasm, the same for each. Worst: of 1,000 calls in a row, since a browser’s clock cannot tell one alone.',
    ),
    element('div.bar', {}, button, status),
    element('div.rows', {}, table),
  );

  async function run() {
    const { capture } = store;
    if (!capture) return;
    button.disabled = true;
    const script = scriptOf(capture);
    const results = [];
    for (const [name, text] of Object.entries(modules)) {
      const wasm = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const progress = (share) => {
        status.textContent = `${name}: ${Math.round(share * 100)}%`;
        return new Promise((resolve) => setTimeout(resolve));
      };
      try {
        results.push({ name, ...(await replay(script, wasm, progress)) });
      } catch (error) {
        results.push({ name, error: String(error) });
      }
      show(results);
    }
    const sampled = store.history.about.sampling ? ' Of a sample: the rest of the calls is missing.' : '';
    status.textContent = `${count(script.kinds.length)} calls.${sampled}`;
    button.disabled = false;
  }

  function show(results) {
    const fastest = Math.min(...results.map(({ milliseconds = Number.POSITIVE_INFINITY }) => milliseconds));
    const names = ['allocator', 'memory', 'time', 'to the fastest', 'worst 1,000 calls', 'refused'];
    const lines = results.map(({ name, error, milliseconds, worst, bytes: memory, refused }) =>
      error
        ? element('tr', {}, element('th', { scope: 'row' }, name), element('td', { colspan: '5' }, error))
        : element(
            'tr',
            {},
            element('th', { scope: 'row' }, name),
            element('td', {}, bytes(memory)),
            element('td', {}, `${milliseconds.toFixed(1)} ms`),
            element('td', {}, `${(milliseconds / Math.max(fastest, 0.001)).toFixed(2)}×`),
            element('td', {}, `${worst.toFixed(2)} ms`),
            element('td', {}, count(refused)),
          ),
    );
    table.replaceChildren(
      element('thead', {}, element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, ...lines),
    );
  }

  store.subscribe((what) => {
    if (!what.has('history')) return;
    table.replaceChildren();
    status.textContent = '';
  });
  return section;
}
