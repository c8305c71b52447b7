// What a person sees on the benchmark's page: contrasts, one colour an allocator, every allocator in every plot, and texts
// that lie neither on one another nor on what is drawn. Read from the SVG itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { known } from '../../bench/allocators/index.mjs';
import { colours, schemes } from '../../bench/report/colours.mjs';
import { overlap, textBox } from '../../bench/report/labels.mjs';
import { page } from '../../bench/report/page.mjs';
import { badge, sizeAgainstTime } from '../../bench/report/pictures.mjs';
import { threadsOf } from '../../bench/report/threads.mjs';
import { workloads as threadWorkloads } from '../../bench/threads/workloads.mjs';
import { Random } from '../../tools/random.mjs';
import { results } from '../../tools/results.mjs';
import { invented } from './results.mjs';

/** The channels of #rrggbb as WCAG 2 linearises them. */
const channels = (colour) =>
  [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));

/** WCAG's contrast of two colours, 1 to 21. */
function contrast(one, other) {
  const [light, dark] = [one, other]
    .map((colour) => channels(colour).reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0))
    .sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** How far two colours look apart: their distance in OKLab. */
function difference(one, other) {
  const lab = (colour) => {
    const [r, g, b] = channels(colour);
    const [l, m, s] = [
      0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
      0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
      0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b,
    ].map(Math.cbrt);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [a, b] = [lab(one), lab(other)];
  return Math.hypot(...a.map((value, i) => value - b[i]));
}

const pages = ['one', 'two', 'three', 'four', 'five'].map((seed) => page(invented(seed)));

const unescaped = (text) => text.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));
const attributesOf = (text) =>
  Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));

/** The plots of a page: their texts and shapes, with boxes. */
function plots(html) {
  return [...html.matchAll(/<svg (.*?)>(.*?)<\/svg>/gs)].map(([, head, body]) => {
    const [title] = body.match(/(?<=<title>).*?(?=<\/title>)/);
    const [upright] = body.split('<g transform'); // and one title along the axis, alone on the left
    const texts = [...body.matchAll(/<text (.*?)>(.*?)<\/text>/g)].map(([all, attributes, content]) => {
      const { x, y, 'text-anchor': anchor, class: kind } = attributesOf(attributes);
      const bold = kind === 'own' || kind === 'title';
      const name = unescaped(content);
      const box = textBox(name, { x: +x, y: +y, anchor, bold });
      return { name, kind, box, x: +x, y: +y, turned: !upright.includes(all) };
    });
    const shapes = [...body.matchAll(/<(circle|rect|line|polyline) (.*?)\/>/g)].map(
      ([, shape, attributes]) => ({
        shape,
        ...attributesOf(attributes),
      }),
    );
    return { title, texts, shapes, width: +attributesOf(head).width, height: +head.match(/[\d.]+(?=")/)[0] };
  });
}

/** The pictures of the first page, of figures as they are: most allocators near each other, some far away. */
const pictures = ['one', 'two', 'three'].map((seed) => {
  const random = new Random(seed);
  const times = (i) => (i % 8 ? random.integer(100, 280) : random.integer(500, 2000)) / 100;
  return sizeAgainstTime(
    known.map((name, i) => ({ name, x: Math.round(400 * 2 ** (random.integer(0, 700) / 100)), y: times(i) })),
  );
});

/**
 * The boxes of what is drawn and no text may lie on: points, bars, the dashed line, the lines that lead to names.
 * @returns {import('../../bench/report/labels.mjs').Box[]}
 */
function solid({ shape, class: kind, cx, cy, r, x, y, width, height, fill, x1, x2, y1, y2 }) {
  if (shape === 'circle') return [[+cx - +r, +cy - +r, +cx + +r, +cy + +r]];
  if (shape === 'rect' && fill !== 'var(--paper)') return [[+x, +y, +x + +width, +y + +height]];
  if (shape !== 'line' || kind === 'axis') return [];
  return Array.from({ length: 101 }, (_, i) => i / 100).map((part) => {
    const [x, y] = [+x1 + part * (x2 - x1), +y1 + part * (y2 - y1)];
    return [x, y, x + 0.1, y + 0.1];
  });
}

test('lines and points have a contrast of 3 with the paper, by day and by night', () => {
  const colour = colours(known);
  const strange = Array.from({ length: 8 }, (_, i) => `a new one ${i}`);
  const all = [...known.map(colour), ...strange.map(colours([...known, ...strange]))];
  for (const { paper, soft, ink } of Object.values(schemes))
    for (const each of [...all, soft, ink])
      assert.ok(contrast(each, paper) >= 3, `${each} on ${paper}: ${contrast(each, paper).toFixed(2)}`);
});

test('what is read has a contrast of 4.5', () => {
  for (const { paper, ink, soft, own } of Object.values(schemes))
    for (const each of [ink, soft, own])
      assert.ok(contrast(each, paper) >= 4.5, `${each} on ${paper}: ${contrast(each, paper).toFixed(2)}`);
  for (const html of pages) {
    // No text has a colour of its own, and nothing is made paler.
    assert.doesNotMatch(html, /<text [^>]*(fill|style|opacity)/);
    assert.doesNotMatch(html, /opacity/);
    for (const { texts } of plots(html))
      for (const { kind } of texts) assert.ok([undefined, 'soft', 'own', 'title'].includes(kind), kind);
    for (const colour of Object.values(schemes).flatMap(Object.values))
      assert.ok(html.includes(colour), colour);
  }
});

test('the contrast is that of WCAG', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
  assert.ok(contrast('#0a4fb0', '#0d1117') < 3, 'what heaplet fast was once, by night');
});

test('each allocator has a colour of its own that no other looks like', () => {
  const strange = Array.from({ length: 8 }, (_, i) => `a new one ${i}`);
  const names = [...known, ...strange];
  const colour = colours(names);
  for (const [i, one] of names.entries())
    for (const other of names.slice(0, i))
      assert.ok(
        difference(colour(one), colour(other)) > 0.08,
        `${one} and ${other}: ${colour(one)} ${colour(other)}`,
      );
});

test('the same in every plot, and whoever else takes part', () => {
  const all = colours(known);
  for (const name of known) {
    assert.equal(colours([name])(name), all(name));
    assert.equal(colours([...known, 'a new one'])(name), all(name));
  }
  for (const html of pages)
    for (const { title, shapes } of plots(html)) {
      const used = new Set(
        shapes.flatMap(({ fill, stroke }) => [fill, stroke]).filter((c) => /^[#h]/.test(c)),
      );
      for (const one of used)
        assert.ok(
          known.some((name) => all(name) === one),
          `${title}: ${one} is nobody's`,
        );
    }
});

test('every plot has every allocator', () => {
  for (const html of pages) {
    const found = plots(html);
    assert.ok(found.length > 20, `${found.length} plots`);
    for (const { title, texts, height } of found) {
      const names = texts.filter(({ y }) => y > 0 && y <= height).map(({ name }) => name);
      for (const name of known)
        assert.equal(names.filter((each) => each === name).length, 1, `${title}: ${name}`);
    }
  }
});

test('figures are written as people write them, and lines go from left to right', () => {
  for (const html of pages)
    for (const { title, texts, shapes } of plots(html)) {
      for (const { name } of texts) assert.doesNotMatch(name, /\de[+-]?\d|NaN|Infinity|undefined/, title);
      for (const { shape, points } of shapes)
        if (shape === 'polyline')
          assert.ok(
            new Set(points.split(' ').map((point) => point.split(',')[0])).size > 1,
            `${title}: ${points}`,
          );
    }
});

test('the page of programs with threads has a line for each allocator, and each workload', () => {
  const { emscripten, native } = results('threads').figures;
  const html = threadsOf({ emscripten, native });
  const found = plots(html);
  assert.equal(found.length, 2 * (2 + Object.keys(threadWorkloads).length));
  assert.doesNotMatch(html, /NaN|undefined|Infinity/);
  for (const [i, rows] of [emscripten, native].entries())
    for (const { title, texts, shapes } of found.slice(
      (i * found.length) / 2,
      ((i + 1) * found.length) / 2,
    )) {
      const names = Object.keys(rows[0].results);
      for (const name of names)
        assert.ok(
          texts.some((text) => text.name === name),
          `${title}: ${name}`,
        );
      const drawn = shapes.filter(({ shape }) => shape === 'polyline' || shape === 'rect');
      assert.ok(drawn.length >= names.length, title);
    }
  assert.equal(threadsOf(undefined), '');
});

test('where there is no figure the reason stands', () => {
  const texts = plots(pages[0]).flatMap((plot) => plot.texts.map(({ name }) => name));
  for (const reason of ['hopeless', 'no memory', 'none']) assert.ok(texts.includes(reason), reason);
});

test('a picture of the first page stands alone, in each scheme, and has every allocator', () => {
  for (const files of pictures) {
    assert.equal(Object.keys(files).length, 4);
    for (const [name, svg] of Object.entries(files)) {
      const scheme = schemes[name.includes('dark') ? 'dark' : 'light'];
      assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
      assert.doesNotMatch(svg, /var\(|href|url\(/);
      for (const colour of [scheme.paper, scheme.ink, scheme.soft, scheme.own, scheme.line])
        assert.ok(svg.includes(colour), `${name}: ${colour}`);
      const [{ texts, width }] = plots(svg);
      assert.equal(width, name.includes('narrow') ? 400 : 720);
      for (const each of known)
        assert.ok(
          texts.some((text) => text.name === each),
          `${name}: ${each}`,
        );
    }
  }
});

test('a badge has room for what it says', () => {
  const [{ texts, width }] = plots(badge('malloc + free', '1,404 bytes'));
  for (const { box } of texts) assert.ok(box[0] >= 0 && box[2] <= width, `${box}`);
  assert.ok(!overlap(texts[0].box, texts[1].box));
});

test('no text lies on another one, on a point or on a bar, or leaves the picture', () => {
  for (const html of [...pages, ...pictures.flatMap(Object.values)])
    for (const { title, texts, shapes, width, height } of plots(html)) {
      const straight = texts.filter(({ turned }) => !turned);
      for (const [i, { name, box }] of straight.entries()) {
        const where = `${title}: ${name} at ${box.map(Math.round)}`;
        assert.ok(
          box[0] >= -1 && box[2] <= width + 1 && box[1] >= -1 && box[3] <= height + 1,
          `${where} leaves`,
        );
        for (const other of straight.slice(0, i))
          assert.ok(
            !overlap(box, other.box),
            `${where} lies on ${other.name} at ${other.box.map(Math.round)}`,
          );
        for (const drawn of shapes.flatMap(solid))
          assert.ok(!overlap(box, drawn), `${where} lies on what is drawn at ${drawn.map(Math.round)}`);
      }
    }
});
