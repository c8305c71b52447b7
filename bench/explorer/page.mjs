// In a browser: how long a capture of ten million events takes to be opened, and a frame of a map of a million blocks.
import { CaptureWriter, EVENT } from 'heaplet/capture';
import { explore } from 'heaplet/explorer';

const now = () => performance.now();
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

/** Blocks of many sizes come and go: of `live` at once, until there were so many events. */
async function capture(events, live) {
  const parts = [];
  const writer = new CaptureWriter((part) => parts.push(part), { program: 'bench' });
  const stacks = Array.from({ length: 1000 }, (_, i) =>
    writer.stack(['main', `f${i % 10}`, `g${i % 100}`, `h${i}`]),
  );
  let state = 1;
  const below = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let i = 0; i < live; i++)
    writer.allocated(EVENT.malloc, i, 1024 + i * 80, 8 + below(64), 76, stacks[below(1000)]);
  for (let i = live; i < events; i += 2) {
    const address = 1024 + below(live) * 80;
    writer.freed(i, address);
    writer.allocated(EVENT.malloc, i + 1, address, 8 + below(64), 76, stacks[below(1000)]);
  }
  writer.end(events);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function measure() {
  const host = document.createElement('div');
  document.body.append(host);
  const file = await capture(10_000_000, 1_000_000);
  const start = now();
  const { explorer } = /** @type {any} */ (explore(host, file));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const opened = now() - start;
  const { blocks, width, height } = explorer.frame(0, 0.5, 0.5);
  // From all of memory down to single blocks around a point, and back.
  const zooms = [...Array(60).fill(1.12), ...Array(60).fill(1 / 1.12)];
  const times = zooms.map((zoom) => {
    const begin = now();
    explorer.frame(zoom, 0.4, 0.6);
    return now() - begin;
  });
  // And as the browser shows them: the time from one frame to the next.
  const shown = [];
  let last = 0;
  for (const zoom of zooms) {
    const at = await new Promise((resolve) => requestAnimationFrame(resolve));
    explorer.frame(zoom, 0.4, 0.6);
    if (last) shown.push(at - last);
    last = at;
  }
  const slowest = Math.max(...times);
  return {
    megabytes: file.length / 1e6,
    opened,
    blocks,
    width,
    height,
    frame: median(times),
    slowest,
    shown: median(shown),
    slowestShown: Math.max(...shown),
  };
}

const result = await measure().catch((error) => ({ error: `${error}\n${error.stack}` }));
await fetch('/results', { method: 'POST', body: JSON.stringify(result) });
