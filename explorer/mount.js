// Puts the explorer into an element of any page: its styles are its own, and none of the page's reach it.

import plotCss from 'uplot/dist/uPlot.min.css';
import { blockView } from './block-view.js';
import { element } from './dom.js';
import css from './explorer.css';
import { mapView } from './map-view.js';
import modules from './modules.js';
import { replayView } from './replay-view.js';
import { Store } from './store.js';
import { bytes, count, time } from './text.js';
import { timeView } from './time-view.js';
import { whoView } from './who-view.js';

/**
 * @param {any} host an element that becomes the explorer
 * @returns {{ store: Store, frame: Function, open(capture: Uint8Array, name: string, follows?: boolean): void,
 *   openFile(file: Blob & { name?: string }): Promise<void>, controls: any, end(): void }}
 */
export function mount(host) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(plotCss + css);
  root.adoptedStyleSheets = [sheet];
  const store = new Store();

  const input = element('input', {
    type: 'file',
    accept: '.heapcap',
    onchange: () => input.files[0] && openFile(input.files[0]),
  });
  const about = element('p.about', {}, 'Drop a capture on this page (.heapcap), or open one.');
  const notice = element('p.notice', { role: 'alert', hidden: true });
  const figures = element('dl.figures');
  const controls = element('span.buttons', {}, element('label.button', {}, 'Open a capture', input));
  const map = mapView(store);
  const views = element(
    'div.views',
    { hidden: true },
    figures,
    timeView(store),
    element('div.columns', {}, map.section, blockView(store)),
    whoView(store),
    replayView(store, modules),
  );
  const page = element(
    'main.explorer',
    {},
    element('header', {}, element('h1', {}, 'heaplet'), about, controls),
    notice,
    views,
  );
  root.replaceChildren(page);

  function say(text) {
    notice.textContent = text;
    notice.hidden = !text;
  }

  function open(capture, name, follows = false) {
    try {
      views.hidden = false;
      store.open(capture, name, follows);
      const { error, reason } = store.history.reading;
      if (!follows) {
        if (error) say(`${name}: ${error}. What is before that is shown.`);
        else say(reason ? `The recording ended early: ${reason}.` : '');
      }
    } catch (error) {
      if (error?.name !== 'CaptureError') throw error;
      views.hidden = !store.history;
      say(`${name}: ${error.message}`);
    }
  }

  async function openFile(file) {
    const name = file.name ?? 'capture';
    about.textContent = `Reading ${name} ...`;
    // Seen before the reading begins, which may take seconds.
    await new Promise((resolve) => setTimeout(resolve, 30));
    open(new Uint8Array(await file.arrayBuffer()), name);
    describe();
  }

  function describe() {
    const { history, name } = store;
    if (!history) {
      about.textContent = 'Drop a capture on this page (.heapcap), or open one.';
      return;
    }
    const { about: known } = history;
    const parts = [
      name,
      known.name,
      `${count(history.events)} events`,
      time(history.timeOf(history.moments)),
      String(known.start ?? '')
        .slice(0, 16)
        .replace('T', ' '),
      known.sampling && `a sample: one block in ${bytes(known.sampling.bytes)}`,
      known.recorder === 'Emscripten, exports' && 'calls from JavaScript alone',
    ];
    about.textContent = parts.filter(Boolean).join(' · ');
  }

  store.subscribe((what) => {
    if (what.has('history')) describe();
    if (!what.has('history') && !what.has('moment')) return;
    const { history, live, moment } = store;
    const at = (list) => list.filter(({ step }) => step <= moment).at(-1);
    const used = history.bytesOf(live);
    const asked = live.reduce((sum, block) => sum + history.weight(block) * history.size.raw[block], 0);
    const memory = at(history.memory)?.bytes;
    const peak =
      store.line.peak[
        Math.max(
          store.line.moment.findLastIndex((each) => each <= moment),
          0,
        )
      ];
    const pairs = [
      ['in use', bytes(used)],
      [
        'blocks',
        count(
          history.about.sampling
            ? history.byStack(live).reduce((sum, row) => sum + row.blocks, 0)
            : live.length,
        ),
      ],
      ['of it asked for', used ? `${Math.round((asked / used) * 100)}%` : bytes(asked)],
      ['peak', bytes(Math.max(peak ?? 0, used))],
      ['memory', memory ? bytes(memory) : 'not known'],
      ['growths', count(Math.max(history.memory.filter(({ step }) => step <= moment).length - 1, 0))],
      ['largest free', at(history.figures) ? bytes(at(history.figures).largestFree) : 'not known'],
      ['refused', count(history.refusals.filter(({ step }) => step <= moment).length)],
    ];
    figures.replaceChildren(
      ...pairs.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    );
  });

  const dark = matchMedia('(prefers-color-scheme: dark)');
  const dress = () => store.dress(dark.matches);
  dark.addEventListener('change', dress);
  page.addEventListener('dragover', (event) => {
    event.preventDefault();
    page.classList.add('over');
  });
  page.addEventListener('dragleave', () => page.classList.remove('over'));
  page.addEventListener('drop', (event) => {
    event.preventDefault();
    page.classList.remove('over');
    const [file] = event.dataTransfer.files;
    if (file) openFile(file);
  });
  const end = () => {
    dark.removeEventListener('change', dress);
    root.replaceChildren();
  };
  return { store, frame: map.frame, open, openFile, controls, end };
}
