// Where the plots' texts stand, so that none lies on another or on what is drawn.

/** A text's box is estimated: no font of the usual ones is wider on average. */
const widthOf = { regular: 0.62, bold: 0.7 };

/** @typedef {'start' | 'middle' | 'end'} Anchor of a text's x */

/** @typedef {[left: number, top: number, right: number, bottom: number]} Box */

/**
 * @param {string} content
 * @param {object} how
 * @param {number} how.x
 * @param {number} how.y of the baseline
 * @param {Anchor} [how.anchor]
 * @param {number} [how.size] of the font
 * @param {boolean} [how.bold]
 * @returns {Box}
 */
export function textBox(content, { x, y, anchor = 'start', size = 12, bold = false }) {
  const width = content.length * size * widthOf[bold ? 'bold' : 'regular'];
  const left = x - { start: 0, middle: width / 2, end: width }[anchor];
  return [left, y - 0.8 * size, left + width, y + 0.22 * size];
}

/** @param {Box} a @param {Box} b */
export const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

const inside = (inner, outer) =>
  inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];

/** Whether a line from one place to another meets a box. */
function crosses([x1, y1], [x2, y2], box) {
  const steps = Math.ceil(Math.hypot(x2 - x1, y2 - y1) / 2);
  return Array.from({ length: steps + 1 }, (_, i) => i / steps).some((part) => {
    const [x, y] = [x1 + part * (x2 - x1), y1 + part * (y2 - y1)];
    return x > box[0] && x < box[2] && y > box[1] && y < box[3];
  });
}

// Beside the point first, then around it, then ever farther away, by a line.
const directions = Array.from({ length: 32 }, (_, i) => (i * Math.PI) / 16)
  .map((angle) => [Math.cos(angle), Math.sin(angle)])
  .map(
    /** @returns {{ dx: number, dy: number, anchor: Anchor }} */ ([dx, dy]) => ({
      dx,
      dy,
      anchor: Math.abs(dx) < 0.1 ? 'middle' : dx > 0 ? 'start' : 'end',
    }),
  )
  .sort((a, b) => Math.abs(a.dy) - Math.abs(b.dy) || b.dx - a.dx);
const distances = [10, 16, 24, 34, 46, 60, 76, 94, 114, 136, 160, 190, 220, 260, 300, 350, 400];

const detour = 50;

/** All places for a name, the best first. */
function* candidates({ name, x, y, bold }, radius) {
  for (const distance of distances)
    for (const { dx, dy, anchor } of directions) {
      const at = [x + dx * distance, y + dy * distance];
      const place = { x: at[0], y: at[1] + 4 + 3 * dy, anchor };
      const line = distance > 20 && [
        [x + dx * radius, y + dy * radius],
        [at[0] - 3 * dx, at[1] - 4 * dy],
      ];
      const [left, top, right, bottom] = textBox(name, { ...place, bold });
      yield { place, line, distance, box: [left - 1, top - 1, right + 1, bottom + 1] };
    }
}

/**
 * Finds a place for the name of each point.
 * @param {{ name: string, x: number, y: number, bold: boolean }[]} points
 * @param {object} options
 * @param {number} options.radius of a point
 * @param {Box} options.area in which names may stand
 * @returns {{ name: string, x: number, y: number, anchor: Anchor, line?: number[] }[]} the baseline's
 *   place of each name, and the line that leads to it where it is not beside its point
 */
export function placeNames(points, { radius, area }) {
  const crowd = ({ x, y }) => points.filter((other) => Math.hypot(other.x - x, other.y - y) < 70).length;
  // Who has many neighbours chooses first: the others have more to choose from. Who then finds no place, or the worst of
  // all, chooses first in another try; the best try counts.
  let order = points.toSorted((a, b) => crowd(b) - crowd(a));
  let best = { places: new Map(), cost: Number.POSITIVE_INFINITY };
  for (let tries = 0; tries < 400; tries++) {
    const result = inOrder(order, { radius, area });
    if (result.cost < best.cost) best = result;
    order = [result.worst, ...order.filter((point) => point !== result.worst)];
  }
  const beside = ({ name, x, y }) => ({ name, x: x + 10, y: y + 4, anchor: 'start' });
  return points.map((point) => best.places.get(point) ?? beside(point));
}

/** The places that names find, one after the other; what they cost, and who has the worst, or none. */
function inOrder(points, { radius, area }) {
  const circles = points.map(({ x, y }) => [x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1]);
  const names = [];
  const lines = [];
  const places = new Map();
  let [cost, highest, worst] = [0, -1, points[0]];
  const meets = (line, boxes) => line && boxes.some((box) => crosses(...line, box));
  for (const point of points) {
    const others = circles.filter((_, i) => points[i] !== point);
    const isFree = ({ box, line }) =>
      inside(box, area) &&
      ![...circles, ...names].some((other) => overlap(box, other)) &&
      !lines.some((other) => meets(other, [box])) &&
      !meets(line, names);
    let found;
    for (const candidate of candidates(point, radius)) {
      if (!isFree(candidate)) continue;
      found ??= candidate;
      // A line had better not pass over another point, if that does not make it much longer.
      if (candidate.distance > found.distance + detour) break;
      if (meets(candidate.line, others)) continue;
      found = candidate;
      break;
    }
    if (!found) return { places, cost: Number.POSITIVE_INFINITY, worst: point };
    const own = found.distance + (meets(found.line, others) ? detour : 0);
    cost += own;
    if (own > highest) [highest, worst] = [own, point];
    names.push(found.box);
    if (found.line) lines.push(found.line);
    places.set(point, { name: point.name, ...found.place, line: found.line ? found.line.flat() : undefined });
  }
  return { places, cost, worst };
}

/**
 * Moves heights apart, each as little as it takes: those that would touch stand side by side around where they would have
 * been together.
 * @param {number[]} wanted from top to bottom
 * @param {object} options
 * @param {number} options.gap the least distance of two
 * @param {number} options.top
 * @param {number} options.bottom
 */
export function apart(wanted, { gap, top, bottom }) {
  /** @type {{ sum: number, count: number }[]} groups that stand side by side, by what their first ones would want */
  const groups = [];
  const first = ({ sum, count }) => sum / count;
  for (const [i, height] of wanted.entries()) {
    groups.push({ sum: height - i * gap, count: 1 });
    while (groups.length > 1 && first(groups.at(-1)) < first(groups.at(-2))) {
      const { sum, count } = groups.pop();
      groups.at(-1).sum += sum;
      groups.at(-1).count += count;
    }
  }
  const most = bottom - (wanted.length - 1) * gap;
  return groups
    .flatMap((group) =>
      Array.from({ length: group.count }, () => Math.min(Math.max(first(group), top), most)),
    )
    .map((height, i) => height + i * gap);
}
