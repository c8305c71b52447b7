// `node explorer/picture.mjs`: the pictures of README.md, by Chromium: a small game that leaks, in the explorer.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { record } from '../js/capture/record.js';
import { Heap } from '../js/index.js';
import { commandOf } from '../tools/browsers.mjs';
import { folder, path } from '../tools/paths.mjs';
import { Random } from '../tools/random.mjs';

const random = new Random(1);
const below = (limit) => random.integer(0, limit - 1);
const heap = Heap.create();
const recording = record(heap, { stacks: 4, program: 'game' });

function loadTextures() {
  for (const bytes of [2 ** 20, 2 ** 19, 2 ** 18]) heap.malloc(bytes);
}
function parseLevel() {
  const blocks = [];
  for (let i = 0; i < 4000; i++) blocks.push(heap.malloc(32 + below(400)));
  return blocks;
}
const spawnEnemy = () => heap.calloc(1, 200 + below(60));
const emitParticle = () => heap.malloc(48);
const addListener = () => heap.malloc(64);
const growReplay = (buffer, bytes) => heap.realloc(buffer, bytes);

function frame(world) {
  for (let i = 0; i < 30; i++) world.particles.push(emitParticle());
  while (world.particles.length > 900) heap.free(world.particles.splice(below(world.particles.length), 1)[0]);
  if (below(3) === 0) world.enemies.push(spawnEnemy());
  if (world.enemies.length > 300) for (const enemy of world.enemies.splice(0, 150)) heap.free(enemy);
  addListener(); // and nobody removes it
  world.bytes += 1000;
  world.replay = growReplay(world.replay, world.bytes);
}

function play() {
  loadTextures();
  recording.mark('level 1');
  const level = parseLevel();
  const world = { particles: [], enemies: [], replay: heap.malloc(1000), bytes: 1000 };
  for (let i = 0; i < 1500; i++) {
    frame(world);
    if (i !== 700) continue;
    recording.mark('level 2');
    for (const block of level) if (below(10)) heap.free(block);
    parseLevel();
  }
}
play();

/** A page of its own that has the capture in it: no server is needed, and none could be reached. */
const scratch = mkdtempSync(join(tmpdir(), 'heaplet-picture-'));
const capture = Buffer.from(recording.stop()).toString('base64');
const page = `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<style>body { margin: 0; background: Canvas }</style><div id="e"></div>
<script type="module">
import { mount } from './page.js';
const explorer = mount(document.querySelector('#e'));
explorer.open(Uint8Array.from(atob('${capture}'), (text) => text.charCodeAt(0)), 'game.heapcap');
explorer.store.set({ mode: 'stack' });
</script>`;
const { build } = await import('esbuild');
const bundle = await build({
  entryPoints: [path('explorer/mount.js')],
  bundle: true,
  format: 'esm',
  loader: { '.css': 'text' },
  write: false,
});
const code = bundle.outputFiles[0].text
  .replace(/export \{[^}]*\};\s*$/, '')
  .replaceAll('</script', '<\\/script');
// By a function: a text that replaces has signs of its own.
writeFileSync(
  join(scratch, 'index.html'),
  page.replace("import { mount } from './page.js';", () => code),
);

for (const [name, scheme] of Object.entries({ dark: 0, light: 1 })) {
  const out = join(folder('docs/pictures'), `explorer-${name}.png`);
  const args = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--hide-scrollbars',
  ];
  args.push(`--user-data-dir=${join(scratch, name)}`, `--blink-settings=preferredColorScheme=${scheme}`);
  args.push('--window-size=1200,1480', '--virtual-time-budget=20000', `--screenshot=${out}`);
  const { status } = spawnSync(commandOf('chromium'), [...args, `file://${join(scratch, 'index.html')}`], {
    stdio: 'ignore',
  });
  if (status !== 0) throw new Error(`chromium ended with ${status}`);
}
rmSync(scratch, { recursive: true, force: true });
