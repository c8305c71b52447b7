// Tries every allocator on a workload before it is measured: one that is many times slower than the fastest is not measured
// at all. What takes the others a second would take it minutes.
import { alone } from './alone.mjs';
import { runOnce } from './subject.mjs';

/** So many times slower than the fastest. */
export const hopeless = 20;

// A script is stopped in its first round; of the harness's own workloads more and more is tried until that shows.
const suspicious = 4;
const noticeable = 60; // ms: below it a start that costs something looks like slowness
const stages = [1 / 64, 1 / 16, 1 / 4];

/**
 * @param {import('./subject.mjs').Subject[]} subjects
 * @param {import('./workloads.mjs').Workload} workload
 * @param {number} operations
 * @returns {Map<import('./subject.mjs').Subject, import('./measure.mjs').Cell>} of those for whom there is no hope
 */
export function hopelessOf(subjects, workload, operations) {
  const verdicts = new Map();
  if (workload.script) return verdicts;
  let left = subjects;
  let fastest;
  for (const stage of stages) {
    const some = Math.max(1, Math.round(operations * stage));
    const results = left.map((subject) => ({ subject, ...runOnce(subject, workload, some) }));
    fastest ??= Math.min(...results.filter(({ failed }) => !failed).map(({ ns }) => ns));
    left = [];
    for (const { subject, failed, ...run } of results) {
      if (failed) verdicts.set(subject, { state: 'failed', why: failed, operations: some, ns: [] });
      else if (run.ns > hopeless * fastest && run.ms > noticeable)
        verdicts.set(subject, { ...run, state: 'hopeless', ns: [run.ns] });
      else if (run.ns > suspicious * fastest) left.push(subject);
    }
  }
  return verdicts;
}

/**
 * Whether a cell needs no other round: it is as slow as a trial would have shown, had it been longer.
 * @param {import('./measure.mjs').Cell} cell
 * @param {Record<string, import('./measure.mjs').Cell>} row that it is in
 */
export function isHopeless(cell, row) {
  const all = Object.entries(row).flatMap(([name, { ns }]) => (name === alone ? [] : ns));
  const limit = hopeless * Math.min(...all);
  return cell.ns.some((ns) => ns > limit);
}
