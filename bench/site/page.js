// The live comparison: a button, progress, and bars with their spread. It is a text of the page, behind `job`, `worker` and
// `colours`.
/* global job, worker, colours */
(() => {
  const [button, status, plots, full] = ['run', 'status', 'plots', 'full'].map((id) =>
    document.getElementById(id),
  );
  const make = (tag, name, ...children) => {
    const made = document.createElement(tag);
    made.className = name;
    made.append(...children);
    return made;
  };
  const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
  const figure = (ns) => (ns < 10 ? ns.toFixed(2) : ns < 100 ? ns.toFixed(1) : ns.toFixed(0));
  /** By row, allocator: the rounds. */
  let results = {};
  let running;

  function draw(row) {
    const { title, ours = {} } = job.rows.find(({ name }) => name === row);
    const cells = Object.entries(results[row]);
    const values = cells.flatMap(([name, { ns }]) => [...ns, ours[name] ?? 0]);
    const most = Math.max(...values.filter(Number.isFinite), 1e-9);
    const width = (ns) => `${Math.min((100 * ns) / most, 100)}%`;
    const lines = cells.map(([name, { ns, failed }]) => {
      const track = make('span', 'track');
      let text = failed ?? '';
      if (ns.length) {
        const middle = median(ns);
        const bar = make('span', 'bar');
        Object.assign(bar.style, { width: width(middle), background: colours[name] });
        const [low, high] = [Math.min(...ns), Math.max(...ns)];
        const spread = make('span', 'spread');
        Object.assign(spread.style, { left: width(low), width: `max(1px, ${(100 * (high - low)) / most}%)` });
        track.append(bar, spread);
        if (ours[name]) {
          const mark = make('span', 'ours');
          mark.style.left = width(ours[name]);
          track.append(mark);
        }
        text = `${figure(middle)} (${figure(low)} to ${figure(high)})${ours[name] ? `, ours ${figure(ours[name])}` : ''}`;
      }
      return make('li', '', make('span', 'name', name), track, make('span', 'value', text));
    });
    const id = `live-${row}`;
    const plot = make(
      'figure',
      'live',
      make('figcaption', '', `${row}: ${title}, ns a call`),
      make('ol', '', ...lines),
    );
    plot.id = id;
    const old = document.getElementById(id);
    if (old) old.replaceWith(plot);
    else plots.append(plot);
  }

  function stop(text) {
    running?.terminate();
    running = undefined;
    button.textContent = 'Run it here';
    status.textContent = text;
    document.documentElement.dataset.state = 'ended';
  }

  button.addEventListener('click', () => {
    if (running) return stop('stopped');
    results = {};
    plots.replaceChildren();
    document.documentElement.dataset.state = 'running';
    const address = URL.createObjectURL(new Blob([worker], { type: 'text/javascript' }));
    running = new Worker(address);
    URL.revokeObjectURL(address);
    const share = full.checked ? 1 : 1 / 8;
    const rows = job.rows.map(({ operations, calls, ...row }) => ({
      ...row,
      operations: Math.round(operations * share),
      calls: Math.round(calls * share),
    }));
    running.addEventListener('message', ({ data: { row, name, ns, failed, share: done, ended } }) => {
      if (ended) return stop(`measured in ${navigator.userAgent}`);
      results[row] ??= {};
      results[row][name] ??= { ns: [] };
      if (failed) results[row][name].failed = failed;
      else results[row][name].ns.push(ns);
      status.textContent = `${Math.round(100 * done)}%: ${row}, ${name}`;
      draw(row);
    });
    running.addEventListener('error', ({ message }) => stop(`it failed: ${message}`));
    running.postMessage({ programs: job.programs, rows, rounds: full.checked ? 5 : 3 });
    button.textContent = 'Stop';
  });
})();
