// Runs every workload on every allocator, in turns: what else the machine does falls on all alike.

import { median } from '../tools/statistics.mjs';
import { alone as aloneName } from './alone.mjs';
import { runOnce, Subject } from './subject.mjs';
import { hopeless, hopelessOf, isHopeless } from './trials.mjs';

/**
 * @typedef {object} Cell what one allocator did in one workload
 * @property {'measured' | 'hopeless' | 'failed' | 'not tried'} state hopeless: only tried, with fewer operations, or
 *   stopped; not tried: it was hopeless, or failed, when it was linked
 * @property {string} [why] it failed
 * @property {number} operations
 * @property {number[]} ns a call: one for each round
 * @property {number} [pages] in the end: wasm's memory does not shrink, so these are its peak
 * @property {number} [checksum]
 * @property {number[]} [curve] pages in the course of a script
 */

/** @typedef {Record<string, Record<string, Record<string, Cell>>>} Cells by linking, workload, allocator */

/** @returns {Cell} of what is going to be measured */
const begun = (operations) => ({ state: 'measured', operations, ns: [] });

/**
 * The cells of a workload before the first round.
 * @param {Subject[]} subjects of one linking
 * @param {Record<string, Cell>} [linked] the row of the same workload, linked
 * @returns {Record<string, Cell>} by allocator
 */
function tried(subjects, workload, operations, linked = {}) {
  // What is hopeless when it is linked is not tried again.
  const inVain = subjects.filter(({ name }) => (linked[name] ?? begun()).state !== 'measured');
  const verdicts = hopelessOf(
    subjects.filter((subject) => !inVain.includes(subject)),
    workload,
    operations,
  );
  for (const subject of inVain) verdicts.set(subject, { state: 'not tried', operations, ns: [] });
  return Object.fromEntries(
    subjects.map((subject) => [subject.name, verdicts.get(subject) ?? begun(operations)]),
  );
}

/**
 * What a cell becomes by another round.
 * @param {Cell} cell
 * @param {import('./subject.mjs').Outcome} outcome
 * @returns {Cell}
 */
function after(cell, { failed, ms: _, ns, operations, ...run }) {
  if (failed) return { state: 'failed', why: failed, operations: cell.operations, ns: [] };
  // A script that was stopped.
  if (operations < cell.operations) return { ...run, state: 'hopeless', operations, ns: [ns] };
  return { ...run, state: 'measured', operations, ns: [...cell.ns, ns] };
}

/**
 * Runs all of a row once.
 * @param {import('./subject.mjs').Playable[]} turn in this order
 * @param {(subject: import('./subject.mjs').Playable) => Record<string, Cell>} rowOf has its cell by its name
 */
function playRound(turn, workload, rowOf) {
  let fastest = Number.POSITIVE_INFINITY; // ms
  for (const subject of turn) {
    const row = rowOf(subject);
    const cell = row[subject.name];
    if (cell.state !== 'measured' || isHopeless(cell, row)) continue;
    const limit = Math.max(hopeless * fastest, 500);
    const run = runOnce(subject, workload, cell.operations, { warm: true, limit });
    const next = after(cell, run);
    if (next.state === 'measured') fastest = Math.min(fastest, run.ms);
    // The memory of the harness alone is what the real one's blocks lie in.
    row[subject.name] = subject.name === aloneName ? { ...next, pages: undefined } : next;
  }
}

/**
 * @param {Map<string, import('./build.mjs').Program>} programs by allocator
 * @param {object} options
 * @param {import('./processes.mjs').Rows} options.rows
 * @param {number} options.rounds
 * @param {number} options.scale of the operations; a script is always replayed whole
 * @param {import('./alone.mjs').Alone} [options.alone] the harness alone, beside the linked ones
 * @param {(text: string) => void} options.report
 * @returns {Promise<Cells>}
 */
export async function measure(programs, { rows, rounds, scale, alone, report }) {
  const linkings = /** @type {import('./processes.mjs').Linking[]} */ (Object.keys(rows));
  const subjects = linkings.flatMap((linking) =>
    [...programs].flatMap(([name, program]) =>
      program[linking] ? [new Subject(name, program, linking)] : [],
    ),
  );
  const wanted = [...new Set(Object.values(rows).flat())];
  /** @param {import('./workloads.mjs').Workload} workload */
  const operationsOf = ({ script, operations }) => (script ? operations : Math.round(operations * scale));
  /** Lets the progress line be drawn before the wasm, which never yields, takes the thread. */
  const say = async (text) => {
    report(text);
    await new Promise((resolve) => setImmediate(resolve));
  };

  /** @type {Cells} */
  const cells = Object.fromEntries(linkings.map((linking) => [linking, {}]));
  for (const [number, workload] of wanted.entries()) {
    await say(`trying ${workload.name}, ${number + 1} of ${wanted.length}`);
    const operations = operationsOf(workload);
    for (const linking of linkings.filter((each) => rows[each].includes(workload))) {
      const rivals = subjects.filter((subject) => subject.linking === linking);
      const linked = linking === 'linked' ? undefined : cells.linked?.[workload.name];
      cells[linking][workload.name] = tried(rivals, workload, operations, linked);
    }
    if (alone && !workload.script) cells.linked[workload.name][alone.name] = begun(operations);
  }

  for (let round = 0; round < rounds; round++) {
    for (const workload of wanted) {
      if (round >= (workload.rounds ?? rounds)) continue;
      await say(`round ${round + 1} of ${rounds}: ${workload.name}`);
      /** @type {import('./subject.mjs').Playable[]} */
      const all = subjects.filter(({ linking }) => rows[linking].includes(workload));
      if (alone && !workload.script) all.push(alone);
      const turn = all.map((_, i) => all[(i + round) % all.length]); // nobody is always the first
      playRound(turn, workload, ({ linking }) => cells[linking][workload.name]);
    }
  }
  return cells;
}

/**
 * @param {Cells} cells
 * @throws {Error} if two allocators, in whatever language, found different things in their blocks after the same
 * operations
 */
export function compareChecksums(cells) {
  const expected = new Map();
  for (const [linking, rows] of Object.entries(cells)) {
    for (const [workload, row] of Object.entries(rows)) {
      for (const [name, { operations, checksum, ns }] of Object.entries(row)) {
        if (ns.length === 0 || name === aloneName) continue;
        const same = `${workload} ${operations}`;
        if (!expected.has(same)) expected.set(same, checksum);
        if (expected.get(same) !== checksum)
          throw new Error(`${workload} (${linking}): ${name} gave ${checksum}, not ${expected.get(same)}`);
      }
    }
  }
}

/** Half the distance of the fastest round from the slowest, in percent of the median. */
export const spread = ({ ns }) => (50 * (Math.max(...ns) - Math.min(...ns))) / median(ns);
