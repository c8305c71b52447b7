// The map: all of memory, down to one block.
import { scheme } from './colours.js';
import { atNextFrame, element } from './dom.js';
import { indexAt, itemsAt, modes, paint } from './items.js';
import { inside, Raster, wholeView, zoomed } from './raster.js';
import { bytes, hex } from './text.js';

const keys =
  'Arrow keys: the next block. Plus and minus: zoom. Home: all of memory. Enter: choose its stack.';

/** @param {import('./store.js').Store} store */
export function mapView(store) {
  const canvas = element('canvas', {
    tabindex: '0',
    role: 'application',
    'aria-label': `Map of the memory. ${keys}`,
  });
  const status = element('p.where', { role: 'status', 'aria-live': 'polite' });
  const legend = element('ul.legend', { 'aria-label': 'Colours' });
  const select = element(
    'select',
    { 'aria-label': 'Colour by', onchange: () => store.set({ mode: select.value }) },
    ...Object.entries(modes).map(([value, name]) => element('option', { value }, name)),
  );
  const button = (text, label, onclick) =>
    element('button', { 'aria-label': label, title: label, onclick }, text);
  const bar = element(
    'div.bar',
    {},
    element('label', {}, 'Colour by ', select),
    element(
      'span.buttons',
      {},
      button('+', 'Zoom in', () => zoom(2)),
      button('−', 'Zoom out', () => zoom(0.5)),
      button('All', 'Show all of memory', () => showAll()),
    ),
  );
  const section = element(
    'section.map',
    { 'aria-label': 'Memory' },
    element('h2', {}, 'Memory'),
    bar,
    element('div.canvas', {}, canvas),
    status,
    legend,
  );

  const context = canvas.getContext('2d', { alpha: false });
  const raster = new Raster();
  let items = null;
  let view = null;
  let image = null;
  let [width, height] = [0, 0];
  let colours = scheme(store.isDark);
  const draw = atNextFrame(paintNow);

  /** Whether the canvas has another size now: it is black then, and must be painted before this frame is shown. */
  function measure() {
    const box = canvas.parentElement.getBoundingClientRect();
    // More pixels than that take more than a frame's time.
    const scale = Math.min(devicePixelRatio || 1, Math.sqrt(1.6e6 / Math.max(box.width * box.height, 1)));
    const size = [Math.max(Math.round(box.width * scale), 1), Math.max(Math.round(box.height * scale), 1)];
    if (size[0] === width && size[1] === height) return false;
    [width, height] = size;
    canvas.width = width;
    canvas.height = height;
    image = new ImageData(width, height);
    return true;
  }

  function showAll() {
    if (items) view = wholeView(items.memory, width, height);
    draw();
  }

  function zoom(factor, px = width / 2, py = height / 2) {
    if (!view) return;
    view = zoomed(view, factor, px, py, width, height, items.memory);
    draw();
  }

  function paintNow() {
    if (!items || !image) return;
    raster.paint(new Uint32Array(image.data.buffer), width, height, view, items, colours);
    context.putImageData(image, 0, 0);
    label();
    mark();
  }

  /** Sizes stand in the blocks that have room for them. */
  function label() {
    const { sx, sy } = view;
    if (sx * 256 < 44 || sy < 16) return;
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    for (let row = Math.floor(view.y); row < Math.min(view.y + height / sy, view.rows); row++) {
      const begin = row * view.rowBytes + view.x;
      const end = Math.min(begin + width / sx, (row + 1) * view.rowBytes);
      const middle = (row + 0.5 - view.y) * sy - 1;
      for (let i = Math.max(indexAt(items, begin), 0); i < items.length && items.starts[i] < end; i++) {
        const left = (Math.max(items.starts[i], begin) - begin) * sx;
        const room = (Math.min(items.ends[i], end) - begin) * sx - left;
        if (room < 44) continue;
        context.fillStyle = items.blocks[i] === -1 ? colours.soft : readable(items.colours[i]);
        context.fillText(bytes(items.ends[i] - items.starts[i]), left + 4, middle, room - 6);
      }
    }
  }

  function readable(colour) {
    const light = 0.3 * (colour & 255) + 0.59 * ((colour >>> 8) & 255) + 0.11 * ((colour >>> 16) & 255);
    return light > 140 ? '#101418' : '#ffffff';
  }

  /** A frame around the chosen block. */
  function mark() {
    const at = chosen();
    if (at < 0) return;
    context.strokeStyle = colours.marked;
    context.lineWidth = 2;
    for (const [x, y, w, h] of boxesOf(at)) context.strokeRect(x - 1, y - 1, Math.max(w, 3) + 2, h + 2);
  }

  function chosen() {
    if (store.block < 0 || !items) return -1;
    const at = indexAt(items, store.history.address.raw[store.block]);
    return at >= 0 && items.blocks[at] === store.block ? at : -1;
  }

  /** Where an item is on the canvas: a box on each line. */
  function boxesOf(at) {
    const boxes = [];
    const [from, to] = [items.starts[at], items.ends[at]];
    const first = Math.floor(from / view.rowBytes);
    const last = Math.min(Math.floor((to - 1) / view.rowBytes), first + 200);
    for (let row = first; row <= last; row++) {
      const begin = row * view.rowBytes;
      const left = (Math.max(from, begin) - begin - view.x) * view.sx;
      const right = (Math.min(to, begin + view.rowBytes) - begin - view.x) * view.sx;
      boxes.push([left, (row - view.y) * view.sy, right - left, view.sy]);
    }
    return boxes;
  }

  /** The item at a point, or -1. */
  function itemAt(px, py) {
    const row = Math.floor(view.y + py / view.sy);
    const inRow = view.x + px / view.sx;
    if (inRow < 0 || inRow >= view.rowBytes) return -1;
    const address = row * view.rowBytes + inRow;
    const at = indexAt(items, address);
    return at >= 0 && address < items.ends[at] ? at : -1;
  }

  function say(at, address) {
    if (at < 0) status.textContent = address === undefined ? ' ' : `${hex(address)}: no block`;
    else {
      const block = items.blocks[at];
      const place = hex(items.starts[at]);
      const size = bytes(items.ends[at] - items.starts[at]);
      const { history } = store;
      if (block < 0) status.textContent = `${place}: ${size}, ${block === -1 ? 'free' : 'cached'}`;
      else {
        const [who = 'no stack'] = history.framesOf(history.stack.raw[block]);
        status.textContent = `${place}: ${bytes(history.size.raw[block])} asked for, ${size} taken, by ${who}`;
      }
    }
  }

  function choose(at) {
    const block = at < 0 ? -1 : items.blocks[at];
    if (at >= 0) say(at);
    store.set({ block: block < 0 ? -1 : block });
    draw();
  }

  /** Moves the window so that an item is in it. */
  function reveal(at) {
    const [x, y, w] = boxesOf(at)[0];
    if (x < 0 || x + Math.min(w, width) > width)
      view = inside({ ...view, x: view.x + (x - width / 3) / view.sx }, width, height);
    if (y < 0 || y + view.sy > height)
      view = inside({ ...view, y: view.y + (y - height / 2) / view.sy }, width, height);
  }

  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ];
  };

  canvas.addEventListener(
    'wheel',
    (event) => {
      // A page is scrolled over the map, too: it zooms for who holds a key, or is at it already.
      if (!event.ctrlKey && !event.metaKey && canvas !== canvas.getRootNode().activeElement) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 300), ...point(event));
    },
    { passive: false },
  );
  const held = new Map();
  let dragged = 0;
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, point(event));
    if (held.size === 1) dragged = 0;
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!view) return;
    const [px, py] = point(event);
    const before = held.get(event.pointerId);
    if (!before) {
      const row = Math.floor(view.y + py / view.sy);
      return say(itemAt(px, py), Math.round(row * view.rowBytes + view.x + px / view.sx));
    }
    dragged += Math.abs(px - before[0]) + Math.abs(py - before[1]);
    if (held.size === 2) {
      // Two fingers: as far as they part, and the middle between them stays.
      const [other] = [...held].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const distance = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]);
      zoom(distance([px, py]) / Math.max(distance(before), 1), (px + other[0]) / 2, (py + other[1]) / 2);
    } else {
      view = inside(
        { ...view, x: view.x - (px - before[0]) / view.sx, y: view.y - (py - before[1]) / view.sy },
        width,
        height,
      );
      draw();
    }
    held.set(event.pointerId, [px, py]);
  });
  canvas.addEventListener('pointerup', (event) => {
    held.delete(event.pointerId);
    if (view && dragged < 6) choose(itemAt(...point(event)));
  });
  canvas.addEventListener('pointercancel', (event) => held.delete(event.pointerId));
  canvas.addEventListener('dblclick', (event) => zoom(4, ...point(event)));
  canvas.addEventListener('keydown', (event) => {
    if (!view) return;
    const at = chosen();
    const near = (address) => Math.min(Math.max(indexAt(items, address), 0), items.length - 1);
    const from = at < 0 ? near(Math.floor(view.y) * view.rowBytes + view.x) : at;
    const moves = {
      ArrowRight: () => (at < 0 ? from : Math.min(at + 1, items.length - 1)),
      ArrowLeft: () => Math.max(from - 1, 0),
      ArrowDown: () => near(items.starts[from] + view.rowBytes),
      ArrowUp: () => near(Math.max(items.starts[from] - view.rowBytes, 0)),
    };
    if (moves[event.key] && items.length) {
      // What is free has no history and cannot be chosen: one goes on in the same direction.
      let to = moves[event.key]();
      const step = /Right|Down/.test(event.key) ? 1 : -1;
      while (to + step >= 0 && to + step < items.length && items.blocks[to] < 0) to += step;
      reveal(to);
      choose(to);
    } else if (event.key === '+' || event.key === '=' || event.key === '-') {
      const [box] = at < 0 ? [] : boxesOf(at);
      zoom(event.key === '-' ? 0.5 : 2, ...(box ? [box[0] + box[2] / 2, box[1] + box[3] / 2] : []));
    } else if (event.key === 'Home') showAll();
    else if (event.key === 'Enter' && at >= 0)
      store.set({ stack: store.history.stack.raw[items.blocks[at]] });
    else if (event.key === 'Escape') store.set({ stack: -1, block: -1 });
    else return;
    event.preventDefault();
  });

  function recolour() {
    const { history, moment, mode, stack } = store;
    const named = paint(items, history, moment, mode, colours, stack);
    legend.replaceChildren(
      ...named.map(({ colour, name }) => {
        const patch = element('i', { 'aria-hidden': 'true' });
        patch.style.background = colour;
        return element('li', {}, patch, name);
      }),
    );
  }

  store.subscribe((what) => {
    select.value = store.mode;
    colours = scheme(store.isDark);
    const before = items?.memory;
    let resized = false;
    if (what.has('moment') || what.has('history')) {
      items = itemsAt(store.history, store.moment, store.live);
      resized = measure();
      if (!view || what.has('history') || before !== items.memory) {
        const whole = wholeView(items.memory, width, height);
        if (!view || view.rowBytes !== whole.rowBytes || view.rows !== whole.rows) view = whole;
      }
    }
    if (what.has('block') && chosen() >= 0) reveal(chosen());
    if (['moment', 'history', 'mode', 'stack', 'scheme'].some((name) => what.has(name))) recolour();
    if (resized) paintNow();
    else draw();
  });
  new ResizeObserver(() => {
    if (!measure() || !items) return;
    view = wholeView(items.memory, width, height);
    paintNow();
  }).observe(canvas.parentElement ?? canvas);
  queueMicrotask(() => {
    status.textContent = ' ';
  });
  // For whoever measures it: one frame, at a zoom around a point, from 0 to 1 of the canvas.
  const frame = (factor, x, y) => {
    if (factor === 0) view = wholeView(items.memory, width, height);
    else view = zoomed(view, factor, x * width, y * height, width, height, items.memory);
    paintNow();
    return { view, blocks: items.length, width, height };
  };
  return { section, frame };
}
