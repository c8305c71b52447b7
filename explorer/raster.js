// The map as pixels. Memory is a sheet of lines of equal length, and the view a window on it:
//
//   address 0       rowBytes
//   |----------------|
//   |----+======+----|      the window: from byte `x` of each line, from line `y`,
//   |----|      |----|      at `sx` pixels a byte and `sy` pixels a line
//   |----+======+----|
//
// A line is swept once over the blocks in it, however many share a pixel: what is smaller than a pixel is mixed by the bytes
// that it has of it. So a million blocks are a million steps, and not a million rectangles.
import { mix, pixel } from './colours.js';
import { indexAt } from './items.js';

/** @typedef {{ x: number, y: number, sx: number, sy: number, rowBytes: number, rows: number }} View */

/**
 * The view of all of memory.
 * @returns {View}
 */
export function wholeView(memory, width, height) {
  const wanted = Math.max(8, Math.floor(height / 5));
  const step = memory > 2 ** 22 ? 4096 : 256;
  const rowBytes = Math.max(step, Math.ceil(memory / wanted / step) * step);
  const rows = Math.ceil(memory / rowBytes);
  return { x: 0, y: 0, sx: width / rowBytes, sy: height / rows, rowBytes, rows };
}

/** A line is never taller: to see a small block one need not leave its neighbours above and below. */
const TALLEST = 44;

/** The view after a zoom that leaves what is at a point where it is. */
export function zoomed(view, factor, px, py, width, height, memory) {
  const whole = wholeView(memory, width, height);
  const sx = Math.min(Math.max(view.sx * factor, whole.sx), 24);
  const sy = Math.min(Math.max(whole.sy, TALLEST), Math.max(whole.sy, (sx / whole.sx) * whole.sy));
  const x = view.x + px / view.sx - px / sx;
  const y = view.y + py / view.sy - py / sy;
  return inside({ ...view, sx, sy, x, y }, width, height);
}

/** A view that does not leave the sheet. */
export function inside(view, width, height) {
  const x = Math.min(Math.max(view.x, 0), Math.max(view.rowBytes - width / view.sx, 0));
  const y = Math.min(Math.max(view.y, 0), Math.max(view.rows - height / view.sy, 0));
  return { ...view, x, y };
}

/** Paints one line after the other. */
export class Raster {
  #line = new Uint32Array(0);
  #red = new Float32Array(0);
  #green = new Float32Array(0);
  #blue = new Float32Array(0);
  #cover = new Float32Array(0);

  /**
   * @param {Uint32Array} pixels of `width` by `height`
   * @param {number} width
   * @param {number} height
   * @param {View} view
   * @param {import('./items.js').Items} items
   * @param {Record<string, any>} scheme
   */
  paint(pixels, width, height, view, items, scheme) {
    if (this.#line.length !== width) {
      this.#line = new Uint32Array(width);
      for (const name of ['red', 'green', 'blue', 'cover']) this.#set(name, new Float32Array(width));
    }
    const paper = pixel(scheme.paper);
    pixels.fill(paper);
    const first = Math.max(Math.floor(view.y), 0);
    const last = Math.min(Math.ceil(view.y + height / view.sy), view.rows);
    // Lines stand apart once there is room.
    const gap = view.sy >= 20 ? 3 : view.sy >= 4 ? 1 : 0;
    for (let row = first; row < last; row++) {
      const top = Math.max(Math.round((row - view.y) * view.sy), 0);
      const bottom = Math.min(Math.round((row + 1 - view.y) * view.sy) - gap, height);
      if (bottom <= top) continue;
      this.#sweep(row * view.rowBytes, width, view, items, scheme);
      for (let y = top; y < bottom; y++) pixels.set(this.#line, y * width);
    }
  }

  #set(name, array) {
    if (name === 'red') this.#red = array;
    else if (name === 'green') this.#green = array;
    else if (name === 'blue') this.#blue = array;
    else this.#cover = array;
  }

  #sweep(rowStart, width, view, items, scheme) {
    const line = this.#line;
    const { sx } = view;
    const begin = rowStart + view.x;
    const rowEnd = Math.min(rowStart + view.rowBytes, items.memory);
    const end = Math.min(begin + width / sx, rowEnd);
    line.fill(pixel(scheme.paper));
    const at = (address) => Math.min(Math.max(Math.round((address - begin) * sx), 0), width);
    line.fill(pixel(scheme.outside), 0, at(rowEnd));
    const pool = pixel(scheme.pool);
    for (const [from, to] of items.pools)
      if (to > begin && from < end) line.fill(pool, at(from), at(Math.min(to, rowEnd)));
    const { starts, ends, asked, colours, length } = items;
    const [red, green, blue, cover] = [this.#red, this.#green, this.#blue, this.#cover];
    let isMixed = false;
    for (let i = Math.max(indexAt(items, begin), 0); i < length && starts[i] < end; i++) {
      const from = (starts[i] - begin) * sx;
      const to = (Math.min(ends[i], end) - begin) * sx;
      if (to <= 0) continue;
      const colour = colours[i];
      if (to - from >= 2) {
        const [left, right] = [Math.max(Math.round(from), 0), Math.min(Math.round(to), width)];
        line.fill(colour, left, right);
        // What a block has more than was asked for, and where it ends.
        const used = Math.round((asked[i] - begin) * sx);
        if (used < right && to - from >= 6) line.fill(mix(colour, pool, 0.55), Math.max(used, left), right);
        if (to - from >= 4 && right < width && ends[i] <= end) line[right - 1] = pool;
        continue;
      }
      isMixed = true;
      const share = Math.max(to - Math.max(from, 0), 0.02);
      const x = Math.min(Math.max(Math.floor(from), 0), width - 1);
      // Of two pixels at most; the second has what is beyond the first.
      const over = Math.max(from, 0) + share - (x + 1);
      const own = over > 0 ? share - over : share;
      cover[x] += own;
      red[x] += own * (colour & 255);
      green[x] += own * ((colour >>> 8) & 255);
      blue[x] += own * ((colour >>> 16) & 255);
      if (over > 0 && x + 1 < width) {
        cover[x + 1] += over;
        red[x + 1] += over * (colour & 255);
        green[x + 1] += over * ((colour >>> 8) & 255);
        blue[x + 1] += over * ((colour >>> 16) & 255);
      }
    }
    if (!isMixed) return;
    for (let x = 0; x < width; x++) {
      const all = cover[x];
      if (all === 0) continue;
      const base = line[x];
      const rest = all < 1 ? 1 - all : 0;
      const sum = all + rest;
      const r = (red[x] + rest * (base & 255)) / sum;
      const g = (green[x] + rest * ((base >>> 8) & 255)) / sum;
      const b = (blue[x] + rest * ((base >>> 16) & 255)) / sum;
      line[x] = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
      cover[x] = red[x] = green[x] = blue[x] = 0;
    }
  }
}
