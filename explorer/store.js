// What is looked at: one moment of one history, and what of it is chosen. Views are told when any of it changes.
import { History, timeline } from '../js/capture/index.js';

export class Store {
  /** @type {any} */
  history = null;
  /** @type {Uint8Array | null} */
  capture = null;
  name = '';
  /** The moment that all shows, and two to be compared. */
  moment = 0;
  first = 0;
  second = 0;
  mode = 'state';
  /** The chosen stack and block: -1 is none. */
  stack = -1;
  block = -1;
  /** @type {Uint32Array} the blocks of the moment */
  live = new Uint32Array();
  /** @type {any} */
  line = null;
  isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  #views = new Set();

  /** @param {(what: Set<string>) => void} view */
  subscribe(view) {
    this.#views.add(view);
  }

  /**
   * @param {Uint8Array} capture
   * @param {string} name
   * @param {boolean} [follows] another reading of what goes on: what is chosen stays
   */
  open(capture, name, follows = false) {
    const history = new History(capture);
    const wasLast = !this.history || this.moment === this.history.moments;
    const { moment, first } = this;
    Object.assign(this, {
      history,
      capture,
      name,
      line: timeline(history),
      block: follows ? this.block : -1,
    });
    if (!follows) this.stack = -1;
    const { moments } = history;
    this.first = follows ? Math.min(first, moments) : 0;
    this.second = moments;
    this.moment = follows && !wasLast ? Math.min(moment, moments) : moments;
    this.live = history.liveAt(this.moment);
    this.#tell('history', 'moment', 'range', 'stack', 'block');
  }

  /** @param {Partial<{ moment: number, first: number, second: number, mode: string, stack: number, block: number }>} changes */
  set(changes) {
    const what = [];
    for (const [name, value] of Object.entries(changes)) {
      if (this[name] === value) continue;
      this[name] = value;
      what.push(name === 'first' || name === 'second' ? 'range' : name);
    }
    if (!what.length) return;
    if (what.includes('moment') && this.history) this.live = this.history.liveAt(this.moment);
    this.#tell(...what);
  }

  /** @param {boolean} isDark */
  dress(isDark) {
    this.isDark = isDark;
    if (this.history) this.#tell('scheme');
  }

  /** @param {...string} what */
  #tell(...what) {
    const names = new Set(what);
    for (const view of this.#views) view(names);
  }
}
