// `npm run release`: builds what the npm package holds and packs it into build/release/heaplet-VERSION.tgz, which is
// what gets published. It fails where anything is missing from it.
//
// `npm pack` alone packs what happens to be there. Its `prepack` builds the rest, but npm runs no such script where
// `ignore-scripts` is set, as in this repository's .npmrc. So that nothing can be published past this command, the
// repository's own manifest is `private`, which npm refuses to publish; the manifest made here is not.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { npm } from '../tools/npm.mjs';
import { folder, path } from '../tools/paths.mjs';
import { lacks, packedFiles } from './npm-package.mjs';
import { writeSbom } from './sbom.mjs';

rmSync(path('dist'), { recursive: true, force: true }); // what an older build has left is not packed
await import('../wasm/build/dist.mjs');
await import('../explorer/build.mjs');

const out = folder('build/release');
const staged = join(out, 'heaplet');
rmSync(staged, { recursive: true, force: true });
for (const file of packedFiles(path('.'))) {
  mkdirSync(dirname(join(staged, file)), { recursive: true });
  cpSync(path(file), join(staged, file));
}
// What is of use in the repository alone stays there.
const {
  private: _,
  scripts,
  devDependencies,
  ...manifest
} = JSON.parse(readFileSync(path('package.json'), 'utf8'));
writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

const missing = lacks(staged);
for (const sentence of missing) console.error(`the package lacks ${sentence}`);
if (missing.length) process.exit(1);
const [{ filename, files }] = JSON.parse(npm(['pack', '--json', '--pack-destination', out], staged));
const tarball = relative('.', join(out, filename));
const hash = createHash('sha512')
  .update(readFileSync(join(out, filename)))
  .digest('hex');
writeFileSync(join(out, `${filename}.sha512`), `${hash}  ${filename}\n`);
// The port for Emscripten's contrib folder, which fetches the tarball from where it will be.
const address = process.argv
  .find((argument) => argument.startsWith('--address='))
  ?.slice('--address='.length);
const port = readFileSync(path('wasm/contrib/heaplet.py'), 'utf8')
  .replace("TAG = ''", `TAG = '${manifest.version}'`)
  .replace("HASH = ''", `HASH = '${hash}'`)
  .replace(
    "ARCHIVE = ''",
    address ? `ARCHIVE = '${address.replace(/\/$/, '')}/${filename}'` : "ARCHIVE = ''",
  );
writeFileSync(join(out, 'heaplet.py'), port);
console.log(`${relative('.', writeSbom())}, ${tarball}.sha512, ${relative('.', join(out, 'heaplet.py'))}`);
console.log(`${tarball}: ${files.length} files. To publish: npm publish ${tarball}`);
