// The Rust crate: what it carries, the allocator by its four functions, Tlsf natively, and a project made as a new user makes
// one, on the package that cargo packs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { extract } from 'tar';
import { cxx, missing as noNative } from '../../tools/native.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { Random, seed } from '../../tools/random.mjs';
import { runtime } from '../../tools/runtimes.mjs';
import {
  missingRust,
  missingSources,
  missingTarget,
  rust,
  rustFor,
  rustFromSources,
} from '../../tools/rust.mjs';
import { inScratch } from '../../tools/scratch.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { crateLibraries } from '../../wasm/build/crate.mjs';
import { buildLibrary } from '../../wasm/build/modules.mjs';
import { cargoBuild } from '../rust/cargo.mjs';

const skip = !rust && missingRust;
const same = (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)) === 0;

/** The crate's features, each of which is a profile; the default is `fast`. */
const profiles = ['fast', 'lean', 'small', 'hardened', 'realtime'];
const featuresOf = (profile) => (profile === 'fast' ? [] : [profile]);

/** @returns {any} the exports of the exercise crate */
function exercise(features, args = []) {
  const built = cargoBuild({ crate: path('test/rust/exercise'), features, args });
  assert.equal(built.status, 0, built.stderr);
  const module = new WebAssembly.Module(built.read('exercise.wasm'));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  return new WebAssembly.Instance(module).exports;
}

test('the crate carries the libraries of the npm build', async () => {
  for (const [name, options] of Object.entries(crateLibraries)) {
    const carried = readFileSync(path(`rust/lib/${name}`));
    assert.ok(same(carried, await buildLibrary(options)), `rust/lib/${name} is not what the build makes now`);
    // dist has none that count with threads.
    const plain = options.threads ? name.replace(/-threads\/(.*)\.a$/, '/$1-threads.a') : name;
    if (!options.kept && !(options.threads && options.usage))
      assert.ok(same(carried, readFileSync(path(`dist/${plain}`))), `${name} is not that of dist/`);
  }
});

for (const profile of profiles) {
  test(`${profile}: calls at random, each block apart from every other`, { skip }, (t) => {
    const heap = exercise(featuresOf(profile));
    const random = new Random(seed, `crate ${profile}`);
    const bytes = () => new Uint8Array(heap.memory.buffer);
    t.diagnostic(`HEAPLET_SEED=${seed}`);
    const live = [];
    let given = 0;
    const whole = ({ at, size, mark }) =>
      assert.ok(
        bytes()
          .subarray(at, at + size)
          .every((byte) => byte === mark),
        'somebody wrote into a block',
      );
    const check = (at, size, align) => {
      assert.ok(at !== 0 && at % align === 0, `${size} at ${align}`);
      for (const other of live.slice(-40))
        assert.ok(at + size <= other.at || other.at + other.size <= at, 'two blocks overlap');
    };
    for (let step = 0; step < 12_000; step++) {
      const size = random.integer(1, random.chance(1 / 8) ? 20_000 : 300);
      const align = 1 << random.integer(0, random.chance(1 / 4) ? 8 : 4);
      const mark = step & 255;
      if (live.length === 0 || random.chance(0.52)) {
        const zeroed = random.chance(1 / 4);
        const at = (zeroed ? heap.take_zeroed : heap.take)(size, align) >>> 0;
        check(at, size, align);
        if (zeroed) whole({ at, size, mark: 0 });
        bytes().fill(mark, at, at + size);
        live.push({ at, size, align, mark });
      } else {
        const [block] = live.splice(random.integer(0, live.length - 1), 1);
        whole(block);
        if (random.chance(1 / 3)) {
          const at = heap.resize(block.at, block.size, block.align, size) >>> 0;
          check(at, size, block.align);
          whole({ at, size: Math.min(size, block.size), mark: block.mark });
          bytes().fill(mark, at, at + size);
          live.push({ ...block, at, size, mark });
        } else {
          heap.give(block.at, block.size, block.align);
          given++;
        }
      }
    }
    assert.ok(given > 2000);
    const asked = live.reduce((sum, { size }) => sum + size, 0);
    assert.ok(heap.used() >= asked, `${heap.used()} in use, ${asked} asked for`);
    for (const { at, size, align } of live) heap.give(at, size, align);
    assert.ok(heap.used() < 20_000, `${heap.used()} bytes are in use, and all were given back`);
    assert.ok(
      heap.used() + heap.unused() <= heap.footprint() && heap.footprint() < heap.memory.buffer.byteLength,
    );
  });
}

/** What the crate counts, by its names. */
const usageOf = (heap) => {
  const names = ['bytes', 'blocks', 'peakBytes', 'peakBlocks', 'footprint', 'growths', 'refusals', 'largest'];
  return Object.fromEntries(names.map((name, i) => [name, heap.usage(i) >>> 0]));
};

for (const profile of profiles.filter((name) => name !== 'small')) {
  test(`${profile}, usage: what is counted is what the walker finds, and its host reads it`, { skip }, () => {
    const heap = exercise([...featuresOf(profile), 'usage']);
    const random = new Random(seed, `usage of the crate, ${profile}`);
    const live = [];
    let [peak, largest] = [0, 0];
    for (let step = 0; step < 3000; step++) {
      const size = random.integer(1, random.chance(1 / 8) ? 20_000 : 300);
      const block = live.length && random.integer(0, live.length - 1);
      const what = live.length === 0 || random.chance(0.4) ? 'take' : random.chance(0.4) ? 'resize' : 'give';
      if (what !== 'give') largest = Math.max(largest, size);
      if (what === 'take') {
        const align = random.chance(1 / 8) ? 64 : 8;
        live.push({ at: heap.take(size, align), size, align });
      } else if (what === 'resize') {
        const { at, size: old, align } = live[block];
        live[block] = { at: heap.resize(at, old, align, size), size, align };
      } else {
        const [{ at, size: old, align }] = live.splice(block, 1);
        heap.give(at, old, align);
      }
      const { bytes, blocks } = usageOf(heap);
      assert.equal(blocks, live.length);
      assert.equal(bytes, heap.used(), 'the walker counts another sum');
      peak = Math.max(peak, bytes);
    }
    const now = usageOf(heap);
    assert.ok(now.peakBytes >= peak && now.peakBlocks > 0 && now.growths > 0, JSON.stringify(now));
    // What a request is rounded up to is known of small ones alone.
    assert.ok(
      now.largest >= largest - 15 && now.largest <= largest,
      `${now.largest}, ${largest} was asked for`,
    );
    assert.equal(now.footprint, heap.footprint());
    assert.equal(now.refusals, 0);
    assert.equal(heap.take(0x7fff0000, 8), 0);
    assert.deepEqual(usageOf(heap), { ...now, refusals: 1, largest: 0x7fff0000 });
    for (const [i, figure] of Object.values(usageOf(heap)).entries())
      assert.equal(heap.heaplet_usage_figure(i) >>> 0, figure);
    for (const { at, size, align } of live) heap.give(at, size, align);
    assert.equal(usageOf(heap).blocks, 0);
    assert.equal(usageOf(heap).peakBytes, now.peakBytes);
  });
}

test('hardened counts without being asked to, and small says that it does not', { skip }, () => {
  const heap = exercise(['hardened']);
  heap.take(100, 8);
  assert.equal(usageOf(heap).blocks, 1);
  const { status, stderr } = cargoBuild({
    crate: path('test/rust/exercise'),
    features: ['small', 'usage'],
  });
  assert.notEqual(status, 0);
  assert.match(stderr, /the profile `small` does not count what is in use/);
});

for (const profile of ['fast', 'lean', 'hardened']) {
  test(`${profile}: the walker finds nothing wrong, whatever was called`, { skip }, async () => {
    // Cargo takes this library for the one that the crate's build script finds.
    const options = crateLibraries[`freestanding/${profile}/libheaplet.a`];
    const source = 'test/rust/walked.cpp';
    const files = { test: { rust: { 'walked.cpp': readFileSync(path(source)) } } };
    const library = await buildLibrary({ ...options, source, files });
    const heap = await inScratch({ 'libheaplet.a': library }, (scratch) => {
      const cfg = ['heaplet_wasm', options.kept ? 'heaplet_kept' : 'heaplet_usage'];
      if (profile === 'lean') cfg.push('heaplet_headers');
      const linked = {
        'rustc-link-search': [`native=${scratch}`],
        'rustc-link-lib': ['static=heaplet'],
        'rustc-cfg': cfg,
      };
      const args = Object.entries(linked).flatMap(([name, value]) => [
        '--config',
        `target.wasm32-unknown-unknown.heaplet.${name}=${JSON.stringify(value)}`,
      ]);
      return exercise([...featuresOf(profile), 'walked'], args);
    });
    const wrong = () => {
      const at = heap.walked();
      const bytes = new Uint8Array(heap.memory.buffer);
      return at && new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
    };
    const random = new Random(seed, `walked ${profile}`);
    const live = [];
    const least = { resized: 0, given: 0 };
    for (let step = 0; step < 6000; step++) {
      const size = random.integer(1, random.chance(1 / 8) ? 20_000 : random.chance(1 / 2) ? 130 : 1100);
      if (live.length === 0 || random.chance(0.36)) {
        const align = 1 << random.integer(0, random.chance(1 / 8) ? 8 : 4);
        live.push({ at: heap.take(size, align), size, align });
      } else {
        const i = random.integer(0, live.length - 1);
        const { at, size: old, align } = live[i];
        if (random.chance(1 / 2)) {
          live[i] = { at: heap.resize(at, old, align, size), size, align };
          least.resized++;
        } else {
          heap.give(at, old, align);
          live[i] = live.at(-1);
          live.pop();
          least.given++;
        }
      }
      if (step % 50 === 0) assert.equal(wrong(), 0, `step ${step}`);
    }
    assert.ok(least.resized > 1000 && least.given > 1000);
    // It would say so: blocks are overwritten, headers and all. (The block may be a quarter larger than what was asked for.)
    const one = heap.take(3000, 8);
    new Uint8Array(heap.memory.buffer).fill(255, one, one + 6000);
    assert.equal(typeof wrong(), 'string');
  });
}

for (const profile of ['fast', 'lean'])
  test(`${profile}: what waits in the program is free for the statistics, to the byte`, { skip }, () => {
    const heap = exercise(featuresOf(profile));
    // A block that became smaller where it was is larger than what its list is for.
    const block = heap.take(1900, 8);
    assert.equal(heap.resize(block, 1900, 8, 1000), block);
    heap.give(block, 1000, 8);
    assert.equal(heap.used(), 0);
    assert.equal(heap.take(1000, 8), block);
    if (profile === 'fast') assert.ok(heap.used() >= 1900); // of lean what was cut off is free
  });

test('fast: a block a granule or two larger serves before memory is looked for, and sinks no further', {
  skip,
}, () => {
  const heap = exercise([]);
  const block = heap.take(320, 8);
  heap.give(block, 320, 8);
  assert.equal(heap.take(300, 8), block);
  heap.give(block, 300, 8);
  assert.equal(heap.take(280, 8), block);
  heap.give(block, 280, 8);
  assert.notEqual(heap.take(260, 8), block, 'it would be three granules too large');
  assert.equal(heap.take(288, 8), block);
});

for (const profile of ['fast', 'lean'])
  test(`${profile}: what waits in the program is merged before memory grows`, { skip }, () => {
    const heap = exercise(featuresOf(profile));
    const count = 4000;
    const blocks = Array.from({ length: count }, () => heap.take(100, 8));
    const pages = heap.memory.buffer.byteLength;
    for (const block of blocks) heap.give(block, 100, 8);
    // All of it waits, or lies in slab pages. One block of nearly that size needs it merged.
    const large = heap.take(count * 100 - 40_000, 8);
    assert.notEqual(large, 0);
    assert.equal(heap.memory.buffer.byteLength, pages, 'memory grew beside what was free');
  });

test('fast: a block that is freed and asked for again is the same, and so are sizes that share its list', {
  skip,
}, () => {
  const heap = exercise([]);
  for (const size of [1, 16, 17, 127, 128, 129, 140, 141, 1000, 1020, 1021, 5000]) {
    const block = heap.take(size, 8);
    heap.give(block, size, 8);
    assert.equal(heap.take(size, 8), block, `${size} bytes`);
  }
  const block = heap.take(130, 8);
  assert.equal(heap.resize(block, 130, 8, 140), block, 'both sizes have one list');
  heap.give(block, 140, 8);
  assert.equal(heap.take(129, 8), block);
});

for (const profile of ['fast', 'lean'])
  test(`${profile}: a large block that becomes small, before any other was small`, { skip }, () => {
    const heap = exercise(featuresOf(profile));
    const blocks = Array.from({ length: 40 }, () => heap.take(5000, 8));
    for (const [i, block] of blocks.entries()) blocks[i] = heap.resize(block, 5000, 8, 500);
    const pages = heap.memory.buffer.byteLength;
    for (const block of blocks) heap.give(block, 500, 8);
    assert.notEqual(heap.take(150_000, 8), 0);
    assert.equal(heap.memory.buffer.byteLength, pages, 'the library did not know of the lists');
  });

for (const profile of profiles) {
  test(`${profile}: no memory is null, and nothing is lost`, { skip }, () => {
    const heap = exercise(featuresOf(profile));
    const block = heap.take(100, 8);
    new Uint8Array(heap.memory.buffer, block, 100).fill(7);
    assert.equal(heap.take(0x7fff0000, 8), 0);
    assert.equal(heap.take_zeroed(0x7fff0000, 8), 0);
    assert.equal(heap.resize(block, 100, 8, 0x7fff0000), 0);
    assert.ok(new Uint8Array(heap.memory.buffer, block, 100).every((byte) => byte === 7));
    assert.notEqual(heap.take(100, 8), 0);
  });
}

test('C code in the module has the same heap', { skip }, () => {
  const heap = exercise([]);
  const before = heap.footprint();
  const block = heap.c_pair(5000);
  assert.ok(block !== 0 && heap.footprint() > before);
  assert.equal(heap.take(5000, 8), block);
});

test('what C has allocated Rust may free by its size, as it does with what a component is handed', {
  skip,
}, () => {
  for (const profile of profiles) {
    const heap = exercise(featuresOf(profile));
    const kept = [];
    for (let size = 1; size <= 1200; size++) {
      const old = 1 + ((size * 7) % 1500);
      for (const block of [heap.c_resize(0, size), heap.c_resize(heap.c_resize(0, old), size)]) {
        if (profile === 'fast' && size <= 1008)
          assert.ok(heap.c_usable(block) >= 16 * Math.ceil(size / 16), `${size} bytes, ${old} before`);
        if (size % 3 === 0) kept.push({ block, size });
        else heap.give(block, size, 4);
      }
    }
    // Each request is filled to its end: no other block and no header may change by that.
    for (let size = 1; size <= 1200; size++) {
      const block = heap.take(size, 8);
      new Uint8Array(heap.memory.buffer, block, size).fill(255);
      kept.push({ block, size });
    }
    for (const { block, size } of kept) heap.give(block, size, 8);
    assert.ok(heap.used() < 20_000, `${profile}: ${heap.used()} bytes are in use, and all were given back`);
    assert.notEqual(heap.take(heap.footprint(), 8), 0); // which merges all
  }
});

// As in a component that is handed strings and makes none: nothing tells the library where the program's lists are.
for (const profile of profiles)
  test(`${profile}: what C allocates and Rust frees serves again, before Rust has asked for anything`, {
    skip,
  }, () => {
    const heap = exercise(featuresOf(profile));
    const sizes = Array.from({ length: 400 }, (_, i) => 40 + i);
    const turn = () => {
      const blocks = sizes.map((size) => heap.c_resize(0, size));
      for (const [i, block] of blocks.entries()) heap.give(block, sizes[i], 4);
      return heap.footprint();
    };
    const first = turn();
    assert.equal(heap.used(), 0);
    for (let i = 0; i < 8; i++) assert.equal(turn(), first, 'it grew beside what was free');
    // From its first request on Rust keeps what it frees, and C gets that too.
    const block = heap.take(100, 8);
    heap.give(block, 100, 8);
    if (profile === 'lean') assert.notEqual(heap.c_resize(0, 100), block, 'nothing waits in the program');
    for (let i = 0; i < 8; i++) turn();
    assert.ok(heap.footprint() <= first + 131_072, `${heap.footprint()} bytes, ${first} at first`);
  });

for (const profile of profiles)
  test(`${profile}: a block with an alignment keeps it and its bytes when it is resized`, { skip }, () => {
    const heap = exercise(featuresOf(profile));
    const bytes = () => new Uint8Array(heap.memory.buffer);
    for (const alignment of [32, 64, 4096]) {
      let at = heap.take(100, alignment);
      heap.take(1, 8); // so that it cannot grow where it is
      bytes().fill(alignment & 255 || 7, at, at + 100);
      for (const [old, size] of [
        [100, 3000],
        [3000, 90_000],
        [90_000, 100],
        [100, 40],
      ]) {
        at = heap.resize(at, old, alignment, size) >>> 0;
        assert.ok(at !== 0 && at % alignment === 0, `${old} to ${size} at ${alignment}`);
        assert.ok(
          bytes()
            .subarray(at, at + Math.min(size, 100))
            .every((byte) => byte === (alignment & 255 || 7)),
        );
        heap.take(1, 8);
      }
      assert.equal(heap.resize(at, 40, alignment, 0x7fff0000), 0);
      assert.equal(bytes()[at + 39], alignment & 255 || 7);
      heap.give(at, 40, alignment);
    }
  });

test('hardened: a block that is freed twice traps by name', { skip }, () => {
  const heap = exercise(['hardened']);
  const block = heap.take(100, 8);
  heap.give(block, 100, 8);
  assert.throws(() => heap.give(block, 100, 8), WebAssembly.RuntimeError);
});

test('natively: the unit tests, and the examples of the documentation', {
  skip: (!rust && missingRust) || (!cxx && noNative),
}, async () => {
  await inScratch({}, (scratch) => {
    const places = join(scratch, 'places');
    const args = ['-std=c++20', '-O1', `-I${path('.')}`, path('test/rust/places.cpp'), '-o', places];
    assert.equal(spawnSync(cxx, args, { stdio: 'inherit' }).status, 0);
    writeFileSync(join(scratch, 'places.txt'), spawnSync(places, { encoding: 'utf8' }).stdout);
    const { status, stdout, stderr } = spawnSync(
      rust.cargo,
      ['test', '--quiet', '--features', 'allocator-api2,allocator-api2-02'],
      {
        cwd: path('rust'),
        encoding: 'utf8',
        env: {
          ...process.env,
          RUSTC: rust.rustc,
          RUSTDOC: rust.rustc.replace(/rustc$/, 'rustdoc'),
          CARGO_TARGET_DIR: folder('build/crate'),
          CARGO_PROFILE_TEST_OPT_LEVEL: '1',
          HEAPLET_PLACES: join(scratch, 'places.txt'),
        },
      },
    );
    assert.equal(status, 0, `${stdout}${stderr}`);
    assert.match(stdout, /2 passed/);
    assert.match(stdout, /9 passed/);
    assert.match(stdout, /5 passed/);
  });
});

// What a new user types, and sees.
const manifest = (dependency, more = '') => `[package]\nname = "app"\nversion = "0.0.0"\nedition = "2021"
[lib]\ncrate-type = ["cdylib"]\n[dependencies]\n${dependency}\n[workspace]\n${more}`;
const twoLines = `#[global_allocator]
static A: heaplet_alloc::Heaplet = heaplet_alloc::Heaplet::new();\n`;
const app = `#[no_mangle]
pub extern "C" fn letters(words: u32) -> usize {
    let words: Vec<String> = (0..words).map(|i| format!("word {i}")).collect();
    words.iter().map(String::len).sum()
}\n`;

test('from an empty folder, on what cargo packs', { skip }, async () => {
  const packed = folder('build/crate');
  const args = ['package', '--quiet', '--no-verify', '--allow-dirty', '--target-dir', packed];
  const { status, stderr } = spawnSync(rust.cargo, args, { cwd: path('rust'), encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  await inScratch({ 'app/src/lib.rs': `${twoLines}${app}` }, async (scratch) => {
    const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
    const name = `heaplet-alloc-${version}`;
    await extract({ file: join(packed, 'package', `${name}.crate`), cwd: scratch });
    for (const library of Object.keys(crateLibraries))
      assert.ok(
        same(readFileSync(join(scratch, name, 'lib', library)), readFileSync(path(`rust/lib/${library}`))),
        `${library} in the package`,
      );
    const licence = readFileSync(join(scratch, name, 'LICENSE'));
    assert.ok(same(licence, readFileSync(path('LICENSE'))), 'the licence asks to be with each copy');
    const project = join(scratch, 'app');
    const build = (dependency, source, lto = false) => {
      writeFileSync(
        join(project, 'Cargo.toml'),
        // Without names: those of templates are longer than what they name.
        manifest(
          dependency,
          `[profile.release]\npanic = "abort"\nstrip = true\nlto = ${lto}\n${lto ? 'codegen-units = 1\n' : ''}`,
        ),
      );
      writeFileSync(join(project, 'src/lib.rs'), source);
      const built = cargoBuild({ crate: project, std: true });
      assert.equal(built.status, 0, built.stderr);
      const wasm = built.read('app.wasm');
      const module = new WebAssembly.Module(wasm);
      assert.deepEqual(WebAssembly.Module.imports(module), []);
      const { letters } = /** @type {any} */ (new WebAssembly.Instance(module).exports);
      assert.equal(letters(1000), 7890);
      return wasm.length;
    };
    const here = `path = "../${name}"`;
    const dependencyOn = (profile) => `heaplet-alloc = { ${here}, features = ["${profile}"] }`;
    // Bytes that Rust's own allocator makes a program longer by: as cargo builds it, and with `lto = true`.
    const least = { small: [5000, 6500], lean: [3500, 4850], fast: [-1300, 400] };
    for (const [profile, [plain, byLto]] of Object.entries(least))
      for (const lto of [false, true]) {
        const own = build('', app, lto);
        const here = build(dependencyOn(profile), `${twoLines}${app}`, lto);
        assert.ok(
          here + (lto ? byLto : plain) <= own,
          `${profile} is ${here} bytes, Rust's own allocator ${own}, lto ${lto}`,
        );
      }
  });
});

test("what the crate's own page tells a reader to type, in what `cargo new` makes", { skip }, async () => {
  const page = readFileSync(path('rust/README.md'), 'utf8');
  const [, source] = [...page.matchAll(/^```rust\n(.*?)^```/gms)].map(([, text]) => text);
  const more = /printf '(.*)' >> Cargo.toml/.exec(page)?.[1].replaceAll('\\n', '\n');
  await inScratch({ 'hello/src/lib.rs': source }, (scratch) => {
    const crate = join(scratch, 'hello');
    const dependency = `heaplet-alloc = { path = ${JSON.stringify(path('rust'))} }`;
    const made = '[package]\nname = "hello"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]';
    writeFileSync(join(crate, 'Cargo.toml'), `${made}\n${dependency}\n${more}[workspace]\n`);
    const built = cargoBuild({ crate, std: true });
    assert.equal(built.status, 0, built.stderr);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(built.read('hello.wasm')));
    assert.match(page, /letters\(1000\); \/\/ 7890/);
    assert.equal(/** @type {any} */ (exports).letters(1000), 7890);
  });
});

for (const target of ['wasm32-wasip1', 'wasm32-wasip2']) {
  const by = rustFor(target);
  test(`${target}: a program with Rust's std, whose libc's malloc is heaplet's`, {
    skip: !by && missingTarget(target),
  }, async () => {
    const main = `${twoLines}extern "C" { fn malloc(size: usize) -> *mut u8; fn free(block: *mut u8); }
fn main() {
    let words: Vec<String> = (0..1000).map(|i| format!("word {i}")).collect();
    assert_eq!(words.iter().map(String::len).sum::<usize>(), 7890);
    let before = A.stats().used;
    let block = std::hint::black_box(unsafe { malloc(100_000) });
    assert!(A.stats().used >= before + 100_000);
    unsafe { free(block) };
    assert!(A.footprint() > 7890);
}\n`;
    await inScratch({ 'app/src/main.rs': main }, (scratch) => {
      const crate = join(scratch, 'app');
      const toml = manifest(`heaplet-alloc = { path = ${JSON.stringify(path('rust'))} }`).replace(
        /\[lib\]\n.*\n/,
        '',
      );
      writeFileSync(join(crate, 'Cargo.toml'), toml);
      const built = cargoBuild({ crate, target, by });
      assert.equal(built.status, 0, built.stderr);
      const wasm = built.read('app.wasm');
      if (target === 'wasm32-wasip1') assert.equal(runCommand(wasm, ['app']), 0);
      else assert.equal(wasm[6], 1, 'a component: test/components runs one');
    });
  });
}

const sources = rustFromSources();
const shared = ['-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals', '-Clink-arg=--shared-memory'];
const imported = ['-Clink-arg=--import-memory'];
const tls = ['__wasm_init_tls', '__tls_size', '__tls_align', '__stack_pointer'];
const threadFlags = [...shared, ...imported, ...tls.map((name) => `-Clink-arg=--export=${name}`)];

test('the flags for threads without a libc are those that the documentation has', () => {
  const page = readFileSync(path('docs/rust.md'), 'utf8');
  for (const flag of threadFlags) assert.ok(page.includes(flag), flag);
});

test('shared memory asks for the feature threads', { skip: !sources && missingSources }, () => {
  const crate = path('test/rust/exercise');
  const { status, stderr } = cargoBuild({ crate, by: sources, flags: threadFlags });
  assert.notEqual(status, 0);
  assert.match(
    stderr,
    /heaplet-alloc: a target with atomics may share its memory: switch on the feature `threads`/,
  );
});

for (const profile of profiles)
  test(`threads, ${profile}: four of them hand blocks to each other`, {
    skip: !sources && missingSources,
  }, async () => {
    const crate = path('test/rust/exercise');
    const built = cargoBuild({
      crate,
      by: sources,
      flags: threadFlags,
      features: ['threads', ...featuresOf(profile)],
    });
    assert.equal(built.status, 0, built.stderr);
    const module = new WebAssembly.Module(built.read('exercise.wasm'));
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 1024, shared: true });
    const main = /** @type {any} */ (new WebAssembly.Instance(module, { env: { memory } }).exports);
    const slots = main.take_zeroed(4 * 256, 16);
    const thread = (seed) => {
      const tls = main.take(main.__tls_size.value, 64);
      const stack = main.take(65_536, 16) + 65_536;
      const code = `
      const { parentPort, workerData: { module, memory, tls, stack, slots, seed } } = require('node:worker_threads');
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      exports.__stack_pointer.value = stack;
      exports.__wasm_init_tls(tls);
      parentPort.postMessage(exports.work(slots, 256, 100000, seed));`;
      const worker = new Worker(code, {
        eval: true,
        workerData: { module, memory, tls, stack, slots, seed },
      });
      return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    };
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map(thread)), [0, 0, 0, 0]);
    assert.ok(memory.buffer.byteLength < 8_000_000, 'what one thread frees serves another');
  });

const wasiThreads = 'wasm32-wasip1-threads';
const threadsOfWasi = rustFor(wasiThreads);
// In Node 20 threads of Rust's std stop now and then, whatever the allocator.
const node = runtime('node24');

// Each thread gets what the one before it has made, and frees it; and more threads come and go than may keep blocks.
const main = `${twoLines}use std::{sync::mpsc::channel, thread::spawn};
extern "C" { fn malloc(size: usize) -> *mut u8; fn free(block: *mut u8); }
fn turn() {
    let (send, words) = channel::<Vec<String>>();
    let threads: Vec<_> = (0..4).map(|thread| {
        let send = send.clone();
        spawn(move || for i in 0..200 { send.send((0..20).map(|j| format!("{thread} {i} {j}")).collect()).unwrap() })
    }).collect();
    drop(send);
    let reader = spawn(move || words.iter().map(|some| some.len()).sum::<usize>());
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(reader.join().unwrap(), 4 * 200 * 20);
}
fn main() {
    turn();
    let before = A.footprint();
    (0..8).for_each(|_| turn());
    assert!(A.footprint() <= 2 * before, "{} bytes, {before} after the first", A.footprint());
    let used = A.stats().used;
    let block = std::hint::black_box(unsafe { malloc(100_000) });
    assert!(A.stats().used >= used + 100_000, "the libc has a heap of its own");
    unsafe { free(block) };
}\n`;

function threaded(scratch, features) {
  const crate = join(scratch, 'app');
  const dependency = `heaplet-alloc = { path = ${JSON.stringify(path('rust'))}, features = ${JSON.stringify(features)} }`;
  writeFileSync(join(crate, 'Cargo.toml'), manifest(dependency).replace(/\[lib\]\n.*\n/, ''));
  return cargoBuild({ crate, target: wasiThreads, by: threadsOfWasi });
}

test(`${wasiThreads} asks for the feature threads, of a stable compiler too`, {
  skip: !threadsOfWasi && missingTarget(wasiThreads),
}, async () => {
  await inScratch({ 'app/src/main.rs': main }, (scratch) => {
    const { status, stderr } = threaded(scratch, []);
    assert.notEqual(status, 0);
    assert.match(stderr, /a target with atomics may share its memory: switch on the feature `threads`/);
  });
});

for (const profile of profiles) {
  test(`${wasiThreads}, ${profile}: Rust's own threads hand each other blocks, and end`, {
    skip: threadsOfWasi ? !node && 'node24 is not on this machine' : missingTarget(wasiThreads),
  }, async () => {
    await inScratch({ 'app/src/main.rs': main }, (scratch) => {
      const built = threaded(scratch, ['threads', ...featuresOf(profile)]);
      assert.equal(built.status, 0, built.stderr);
      writeFileSync(join(scratch, 'app.wasm'), built.read('app.wasm'));
      const args = [path('test/support/wasi-threads.mjs'), join(scratch, 'app.wasm')];
      const { status, stderr } = spawnSync(node, args, { encoding: 'utf8', timeout: 100_000 });
      assert.equal(status, 0, stderr);
    });
  });
}
