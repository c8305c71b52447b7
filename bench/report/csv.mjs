// Everything that was measured, a line for each figure: for a spreadsheet, or to compare two runs.

const quoted = (value) =>
  /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);

const notes = { measured: '', hopeless: 'hopeless: only tried', 'not tried': 'not tried' };

/**
 * @param {import('../suite.mjs').Results} results
 * @returns {string}
 */
export function csv({ cells, counted, sizes, latency }) {
  /** @type {Array<string | number>[]} */
  const lines = [
    ['measure', 'linking', 'workload', 'allocator', 'round', 'value', 'unit', 'operations', 'note'],
  ];
  for (const [linking, rows] of Object.entries(cells)) {
    for (const [workload, row] of Object.entries(rows)) {
      for (const [allocator, { ns, pages, operations, state, why }] of Object.entries(row)) {
        const note = why ?? notes[state];
        for (const [round, value] of ns.entries()) {
          const figure = [round + 1, value.toFixed(3), 'ns', operations, note];
          lines.push(['time', linking, workload, allocator, ...figure]);
        }
        if (ns.length === 0)
          lines.push(['time', linking, workload, allocator, '', '', 'ns', operations, note]);
        if (linking === 'linked' && pages !== undefined)
          lines.push([
            'memory',
            linking,
            workload,
            allocator,
            '',
            pages,
            'pages of 64 KiB',
            operations,
            note,
          ]);
      }
    }
  }
  for (const [workload, row] of Object.entries(counted)) {
    for (const [allocator, { calls, failed, pages: _, ...figures }] of Object.entries(row)) {
      for (const [what, value] of Object.entries(figures))
        lines.push(['counted', 'linked', workload, allocator, '', value, what, calls, failed ?? '']);
    }
  }
  for (const [allocator, { mf, mfr }] of Object.entries(sizes)) {
    lines.push(['size', '', 'malloc free', allocator, '', mf, 'bytes', '', '']);
    lines.push(['size', '', 'malloc free realloc', allocator, '', mfr, 'bytes', '', '']);
  }
  for (const [allocator, kinds] of Object.entries(latency)) {
    for (const [kind, { most, percentiles }] of Object.entries(kinds)) {
      lines.push(['latency', '', kind, allocator, '', most, 'instructions', '', 'most']);
      for (const [percent, value] of Object.entries(percentiles))
        lines.push(['latency', '', kind, allocator, '', value, 'instructions', '', `${percent} %`]);
    }
  }
  return `${lines.map((line) => line.map(quoted).join(',')).join('\n')}\n`;
}
