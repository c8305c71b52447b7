// Over time: what was in use, and a moment that can be moved.
import uPlot from 'uplot';
import { scheme } from './colours.js';
import { atNextFrame, element } from './dom.js';
import { bytes, count, time } from './text.js';

/** @param {import('./store.js').Store} store */
export function timeView(store) {
  const chart = element('div.chart', { role: 'img' });
  const slider = element('input', {
    type: 'range',
    min: '0',
    step: '1',
    'aria-label': 'Moment',
    oninput: () => later(),
  });
  const later = atNextFrame(() => store.set({ moment: Number(slider.value) }));
  const where = element('output.moment');
  const marks = element('select', { 'aria-label': 'Go to a mark', onchange: () => go(marks.value) });
  const go = (value) => value !== '' && store.set({ moment: Number(value) });
  const range = element('output.range');
  const section = element(
    'section.time',
    { 'aria-label': 'Over time' },
    element('h2', {}, 'Over time'),
    chart,
    slider,
    element(
      'div.bar',
      {},
      where,
      marks,
      element(
        'span.buttons',
        {},
        element(
          'button',
          { onclick: () => store.set({ first: store.moment, second: Math.max(store.moment, store.second) }) },
          'Compare from here',
        ),
        element(
          'button',
          { onclick: () => store.set({ second: store.moment, first: Math.min(store.moment, store.first) }) },
          'to here',
        ),
      ),
      range,
    ),
  );
  let plot = null;

  function make() {
    plot?.destroy();
    const { line } = store;
    const colours = scheme(store.isDark);
    const seconds = line.time.map((at) => at / 1e6);
    const has = (values) => values.some((value) => value !== null);
    const series = [
      { label: 'memory', stroke: colours.memory, width: 1.5, values: line.memory },
      { label: 'peak', stroke: colours.peak, width: 1.5, dash: [4, 4], values: line.peak },
      { label: 'largest free', stroke: colours.largestFree, width: 1.5, values: line.largestFree },
      { label: 'in use', stroke: colours.used, fill: `${colours.used}33`, width: 1.5, values: line.used },
    ].filter(({ values }) => has(values));
    const axis = {
      stroke: colours.soft,
      grid: { stroke: colours.grid, width: 1 },
      ticks: { stroke: colours.grid, width: 1 },
    };
    plot = new uPlot(
      {
        width: Math.max(chart.clientWidth, 200),
        height: 190,
        legend: { live: false },
        scales: { x: { time: false }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] } },
        cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((tick) => time(tick * 1e6)), space: 80, size: 36 },
          { ...axis, values: (_, ticks) => ticks.map((tick) => bytes(tick)), size: 66 },
        ],
        series: [
          { label: 'time' },
          ...series.map(({ values: _, ...each }) => ({ ...each, points: { show: false }, spanGaps: true })),
        ],
        hooks: {
          draw: [markMoment],
          setSelect: [
            (self) => {
              const { left, width } = self.select;
              if (width < 3) return;
              const at = (x) => store.history.momentAt(self.posToVal(x, 'x') * 1e6);
              const [first, second] = [at(left), at(left + width)];
              store.set({ first, second, moment: second });
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
        },
      },
      [seconds, ...series.map(({ values }) => values)],
      chart,
    );
    plot.over.addEventListener('click', (event) => {
      const x = event.clientX - plot.over.getBoundingClientRect().left;
      if (Math.abs(x - (downAt ?? x)) < 3)
        store.set({ moment: store.history.momentAt(plot.posToVal(x, 'x') * 1e6) });
    });
    let downAt;
    plot.over.addEventListener('pointerdown', (event) => {
      downAt = event.clientX - plot.over.getBoundingClientRect().left;
    });
    chart.setAttribute(
      'aria-label',
      `Bytes in use over time: at most ${bytes(line.peak.at(-1))}, at the end ${bytes(line.used.at(-1))}`,
    );
  }

  /** A line at the moment, and the range that is compared shaded. */
  function markMoment(self) {
    const { history, moment, first, second } = store;
    const colours = scheme(store.isDark);
    const { ctx, bbox } = self;
    const x = (at) => self.valToPos(history.timeOf(at) / 1e6, 'x', true);
    ctx.save();
    if (first > 0 || second < history.moments) {
      ctx.fillStyle = `${colours.marked}1f`;
      ctx.fillRect(x(first), bbox.top, Math.max(x(second) - x(first), 1), bbox.height);
    }
    ctx.strokeStyle = colours.marked;
    ctx.lineWidth = 2 * (devicePixelRatio || 1);
    ctx.beginPath();
    ctx.moveTo(x(moment), bbox.top);
    ctx.lineTo(x(moment), bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }

  const dated = (moment) => time(store.history.timeOf(moment));
  store.subscribe((what) => {
    const { history, moment, first, second } = store;
    if (what.has('history')) {
      slider.max = history.moments;
      marks.hidden = history.marks.length === 0;
      marks.replaceChildren(
        element('option', { value: '' }, 'Marks'),
        ...history.marks.map(({ step, text }) => element('option', { value: String(step) }, text)),
      );
    }
    if (what.has('history') || what.has('scheme')) make();
    else if (what.has('moment') || what.has('range')) plot.redraw(false, false);
    slider.value = moment;
    slider.setAttribute(
      'aria-valuetext',
      `${dated(moment)}, change ${count(moment)} of ${count(history.moments)}`,
    );
    where.textContent = `${dated(moment)} · change ${count(moment)} of ${count(history.moments)}`;
    range.textContent = `comparing ${dated(first)} with ${dated(second)}`;
  });
  new ResizeObserver(() => plot?.setSize({ width: Math.max(chart.clientWidth, 200), height: 190 })).observe(
    chart,
  );
  return section;
}
