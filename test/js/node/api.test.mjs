// js/API.md: made from the sources, and nothing in it leads nowhere.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { anchor, apiText } from '../../../scripts/api/markdown.mjs';
import { withEntries } from '../../../scripts/api/members.mjs';

const file = (name) => readFileSync(new URL(`../../../js/${name}`, import.meta.url), 'utf8');
const readme = file('README.md');
const api = file('API.md');

/** `npm run api` with sources that have been changed in one way. */
const made = (change = (entry) => entry, text = readme) =>
  withEntries((read) => apiText((name) => change(read(name)), text));

test('js/API.md is what the sources say: npm run api', () => {
  assert.equal(api, made());
});

test('its links lead to headings', () => {
  const anchors = (text) => new Set(text.match(/(?<=^#+ ).*/gm).map(anchor));
  const textOf = (page) => (page === '' ? api : file(page));
  for (const [, page, to] of api.matchAll(/\]\((\S*?)#(\S+?)\)/g))
    assert.ok(anchors(textOf(page)).has(to), `${page}#${to}`);
});

test('each member has an entry of its own', () => {
  const entries = api.match(/(?<=^### `)[\w.]+/gm);
  assert.deepEqual([...new Set(entries)], entries);
  for (const name of [
    'Heap.create',
    'heap.malloc',
    'heap.arena',
    'arena.scope',
    'handle.view',
    'mark.rewind',
  ])
    assert.ok(entries.includes(name), name);
});

test('what lacks is said: a unit, a cost, a place, a section', () => {
  const without = (change) => (entry) => ({
    ...entry,
    members: (name) => (name === 'Heap' ? entry.members(name).map(change) : entry.members(name)),
  });
  const malloc = (change) => without((member) => (member.name === 'malloc' ? change(member) : member));
  assert.throws(
    () => made(malloc((it) => ({ ...it, complexity: undefined }))),
    /heap.malloc has no @complexity/,
  );
  assert.throws(() => made(malloc((it) => ({ ...it, text: '' }))), /heap.malloc has no comment/);
  assert.throws(() => made(malloc((it) => ({ ...it, name: 'palloc' }))), /heap.palloc is in no part/);
  const noUnit = malloc((it) => {
    const [{ parameters, returns }] = it.signatures;
    return {
      ...it,
      signatures: [{ returns, parameters: parameters.map((each) => ({ ...each, text: '' })) }],
    };
  });
  assert.throws(() => made(noUnit), /heap.malloc: its size has no unit/);
  assert.throws(() => made(undefined, readme.replace('## Handles', '## Other')), /no section Handles/);
});
