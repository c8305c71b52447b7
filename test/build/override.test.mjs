// libheaplet-override.so in the place of malloc in real programs, many of them with threads: each prints what it prints
// without it, and ends as it does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { has, run } from '../../tools/commands.mjs';
import { folder, path } from '../../tools/paths.mjs';

const possible = process.platform === 'linux' && has('cmake') && has('c++');
const skip = !possible && 'Linux, cmake and a C++20 compiler (Debian: cmake g++)';

const out = folder('build/override');
const library = join(out, 'libheaplet-override.so');

before(() => {
  if (!possible) return;
  run('cmake', ['-S', path('.'), '-B', out, '-DHEAPLET_TESTS=OFF']);
  run('cmake', ['--build', out, '--target', 'heaplet-override']);
  // Lines in no order, which every sort has to move.
  const lines = Array.from({ length: 200_000 }, (_, i) => `${(i * 7919) % 200_003} line`);
  writeFileSync(join(out, 'lines.txt'), `${lines.join('\n')}\n`);
});

/** How a program ends, and what it prints. */
function result(command, args, preload) {
  const env = { ...process.env, LC_ALL: 'C', ...(preload && { LD_PRELOAD: preload }) };
  const options = { cwd: path('.'), env, encoding: /** @type {const} */ ('utf8'), maxBuffer: 1 << 28 };
  const { status, signal, stdout, stderr } = spawnSync(command, args, { ...options, timeout: 120_000 });
  return { status, signal, stdout, stderr };
}

const threads = `
import threading, json
def work(seed, found):
    data = {str(i): [seed] * (i % 50) for i in range(3000)}
    for _ in range(3):
        data = json.loads(json.dumps(data))
    found[seed] = sum(len(v) for v in data.values())
found = {}
for generation in range(3):
    all = [threading.Thread(target=work, args=(i, found)) for i in range(6)]
    for t in all: t.start()
    for t in all: t.join()
print(sorted(found.items()))
`;

// A process that forks while its threads allocate: each child allocates, and starts a thread of its own.
const forks = `
import os, threading
done = False
def busy():
    while not done:
        [bytes(i % 700) for i in range(2000)]
threads = [threading.Thread(target=busy) for _ in range(3)]
for t in threads: t.start()
codes = []
for i in range(15):
    pid = os.fork()
    if pid == 0:
        kept = [bytes(j % 900) for j in range(5000)]
        t = threading.Thread(target=lambda: kept.extend(bytes(10) for _ in range(5000)))
        t.start()
        t.join()
        os._exit(len(kept) % 251)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
done = True
for t in threads: t.join()
print(set(codes))
`;

const sql = `
create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
  insert into t select i, hex(i * 7919) from n;
create index i on t(b);
select count(*), sum(length(b)), max(b), min(b) from t where b > '3';
select b, count(*) from t group by substr(b, 1, 3) order by 2, 1 limit 20;
`;

const workers = `
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
if (isMainThread) {
  const all = Array.from({ length: 4 }, () => new Promise((resolve) => new Worker(__filename).on('message', resolve)));
  Promise.all(all).then((sums) => console.log(sums.join()));
} else {
  const texts = Array.from({ length: 20000 }, (_, i) => Buffer.from(String(i * 7919)).toString('base64'));
  parentPort.postMessage(texts.sort().reduce((sum, text) => (sum * 31 + text.length) % 65521, 7));
}
`;

const hashes = `my %h; for my $i (1 .. 60000) { push @{$h{$i % 977}}, "x" x ($i % 300); }
my $n = 0; for my $k (sort { $a <=> $b } keys %h) { $n += length(join ",", @{$h{$k}}); } print "$n\\n";`;

/** @type {Record<string, { command: string, args: string[], file?: string }>} */
const programs = {
  'python3: threads, and JSON': { command: 'python3', args: ['-c', threads] },
  'python3: forks while threads allocate': { command: 'python3', args: ['-c', forks] },
  sqlite3: { command: 'sqlite3', args: [':memory:', sql] },
  'git log': { command: 'git', args: ['log', '--stat', '-n', '60', '--format=%H %s'] },
  'git grep, with threads': { command: 'git', args: ['-c', 'grep.threads=4', 'grep', '-c', 'the'] },
  gcc: {
    command: 'gcc',
    args: ['-O2', '-S', '-o', '-', '-pthread', 'bench/threads/workloads.c'],
  },
  'c++, of templates': {
    command: 'c++',
    args: ['-std=c++20', '-O0', '-S', '-o', '-', '-I.', 'test/unit/tlsf_test.cpp'],
  },
  'node: workers': { command: process.execPath, args: [join(out, 'workers.cjs')], file: workers },
  cmake: { command: 'cmake', args: ['--help-full'] },
  perl: { command: 'perl', args: ['-e', hashes] },
  'sort, with threads': { command: 'sort', args: ['--parallel=4', '-S', '8M', '-n', join(out, 'lines.txt')] },
  xz: { command: 'xz', args: ['-T4', '-1', '-c', join(out, 'lines.txt')] },
};

for (const [name, { command, args, file }] of Object.entries(programs)) {
  test(`instead of malloc: ${name}`, { skip: skip || (!has(command) && `${command} is not here`) }, () => {
    if (file) writeFileSync(args[0], file);
    const plain = result(command, args);
    assert.equal(plain.status, 0, plain.stderr.slice(-2000));
    assert.deepEqual(result(command, args, library), plain);
  });
}

test('instead of malloc: all of the family is in the place of the system', { skip }, () => {
  const program = join(out, 'family');
  run('c++', ['-O1', '-fno-builtin', '-pthread', '-x', 'c', path('test/c/override.c'), '-o', program]);
  const { status, stderr } = result(program, [], library);
  assert.equal(status, 0, stderr);
  // The same program notices that it is not.
  assert.notEqual(result(program, []).status, 0);
});

test('instead of malloc: where addresses are few', { skip }, () => {
  const few = ['-c', 'ulimit -v 400000; exec python3 -c "print(sum(len(bytes(i)) for i in range(3000)))"'];
  assert.deepEqual(result('sh', few, library), { status: 0, signal: null, stdout: '4498500\n', stderr: '' });
});
