// `npm run sbom`: what is in the package that others wrote, and what made it, as CycloneDX, the same bytes each time. npm lists
// what the lock file has; what of that is in the package, or makes it, is named here.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from '../tools/npm.mjs';
import { folder, isProgram, path } from '../tools/paths.mjs';

/** In the package: the explorer's page carries it. */
const inside = ['uplot'];

/** What makes dist/: nothing of them is in it but what clang's headers inline. */
const makers = ['@yowasp/clang', 'binaryen', 'esbuild', 'typescript', 'vite'];

/** @returns {any} of the repository: the manifest that a release makes has the same name and version */
export function billOfMaterials() {
  const manifest = JSON.parse(readFileSync(path('package.json'), 'utf8'));
  const listed = JSON.parse(
    npm(['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--sbom-type=library'], path('.')),
  );
  const named = (name) => {
    // Other packages may bring another version along.
    const found = listed.components.find(
      (each) => each['bom-ref'] === `${name}@${manifest.devDependencies[name]}`,
    );
    if (!found) throw new Error(`the lock file has no ${name}`);
    return found;
  };
  const used = [
    ...inside.map((name) => ({ ...named(name), scope: 'required' })),
    ...makers.map((name) => ({ ...named(name), scope: 'excluded' })),
  ].map(({ properties: _, externalReferences: __, ...component }) => component);
  const { component } = listed.metadata;
  const { properties: _, externalReferences: __, ...described } = component;
  const root = { ...described, name: manifest.name }; // npm says what the folder is called
  return {
    $schema: listed.$schema,
    bomFormat: listed.bomFormat,
    specVersion: listed.specVersion,
    version: 1,
    metadata: { lifecycles: [{ phase: 'build' }], component: root }, // no time, no random number
    components: used,
    dependencies: [{ ref: root['bom-ref'], dependsOn: inside.map((name) => named(name)['bom-ref']) }],
  };
}

/** Writes it beside the release. @returns the file */
export function writeSbom() {
  const bill = billOfMaterials();
  const file = join(folder('build/release'), `heaplet-${bill.metadata.component.version}.cdx.json`);
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  return file;
}

if (isProgram(import.meta.url)) console.log(writeSbom());
