// `measure.mjs` on the command line, in Node, Bun and Deno: a folder with job.json; the results as JSON.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { measure } from './measure.mjs';

const folder = process.argv[2];
const job = JSON.parse(readFileSync(`${folder}/job.json`, 'utf8'));
console.log(JSON.stringify(await measure(job, async (file) => readFileSync(`${folder}/${file}`))));
