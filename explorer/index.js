// The entry `heaplet/explorer`: the explorer in a page of one's own, of a capture or beside a heap that runs.
import { record } from '../js/capture/record.js';
import { element } from './dom.js';
import { mount } from './mount.js';

/** So much of the time is spent on looking at a heap that runs. */
const SHARE = 0.1;
const SHORTEST = 250; // ms

/**
 * @param {any} host an element that becomes the explorer
 * @param {any} target a capture; or a heap of heaplet, an Emscripten Module or a recording: then it is live
 * @param {object} [options] of `record`
 * @returns {{ recording: any, end(): void, refresh(): void, explorer: any }} `end` takes the explorer out of the page, and
 *   ends a recording that it has begun
 */
export function explore(host, target, options) {
  if (!(host instanceof Element)) throw new TypeError('host: expected an element of the page');
  const explorer = mount(host);
  if (target instanceof Uint8Array) {
    explorer.open(target, 'capture');
    return { recording: undefined, end: explorer.end, refresh() {}, explorer };
  }
  const isRecording = typeof target?.capture === 'function' && typeof target?.stop === 'function';
  const recording = isRecording ? target : record(target, options);
  let timer;
  let events = -1;
  const refresh = () => {
    const begin = performance.now();
    if (recording.events !== events) explorer.open(recording.capture(), 'live', events >= 0);
    events = recording.events;
    return performance.now() - begin;
  };
  const follow = () => {
    const took = refresh();
    timer = setTimeout(follow, Math.max(SHORTEST, took / SHARE));
  };
  const pause = element('button', {
    'aria-pressed': 'false',
    onclick: () => {
      const isPaused = pause.getAttribute('aria-pressed') === 'true';
      pause.setAttribute('aria-pressed', String(!isPaused));
      pause.textContent = isPaused ? 'Pause' : 'Go on';
      clearTimeout(timer);
      if (isPaused) follow();
    },
  });
  pause.textContent = 'Pause';
  const mark = element(
    'button',
    { onclick: () => recording.mark(`mark at ${new Date().toLocaleTimeString()}`) },
    'Mark',
  );
  const save = element('button', { onclick: () => download(recording.capture()) }, 'Save');
  explorer.controls.prepend(pause, mark, save);
  follow();
  return {
    recording,
    explorer,
    refresh,
    end() {
      clearTimeout(timer);
      if (!isRecording) recording.stop();
      explorer.end();
    },
  };
}

/** @param {Uint8Array} bytes */
function download(bytes) {
  const href = URL.createObjectURL(new Blob([bytes]));
  element('a', { href, download: 'heap.heapcap' }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
