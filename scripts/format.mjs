// `npm run format` rewrites every source in the repository's style; `npm run lint` (this with --check) only says what
// would change, and lints the JavaScript. Biome does JavaScript and JSON (biome.json), clang-format the C++
// (.clang-format), and --check has TypeScript look at the JavaScript outside of js/ (tsconfig.json beside this): all
// are npm packages of a pinned version that need nothing from the system.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import initClangFormat, { format } from '@wasm-fmt/clang-format';
import { ownFiles } from '../tools/files.mjs';
import { path } from '../tools/paths.mjs';

const check = process.argv.includes('--check');
function biome() {
  const script = path('node_modules/@biomejs/biome/bin/biome');
  const args = ['check', '--error-on-warnings', ...(check ? [] : ['--write'])];
  return spawnSync(process.execPath, [script, ...args], { cwd: path('.'), stdio: 'inherit' }).status === 0;
}

async function clangFormat() {
  await initClangFormat();
  const style = readFileSync(path('.clang-format'), 'utf8');
  const files = ownFiles().filter((file) => /\.(c|h|cpp|hpp)$/.test(file));
  const changed = files.filter((file) => {
    const source = readFileSync(path(file), 'utf8');
    const formatted = format(source, file, style);
    if (formatted === source) return false;
    if (!check) writeFileSync(path(file), formatted);
    return true;
  });
  for (const file of changed)
    console.error(check ? `${file}: not formatted: npm run format` : `${file}: formatted`);
  console.error(`clang-format: ${files.length} files, ${changed.length} ${check ? 'wrong' : 'changed'}`);
  return !check || changed.length === 0;
}

/** The types of JavaScript outside of js/, leniently; js/ itself is checked strictly where its declarations are made. */
function types() {
  const script = path('node_modules/typescript/bin/tsc');
  const args = ['--project', 'scripts', '--listFiles', '--pretty', 'false'];
  const { stdout } = spawnSync(process.execPath, [script, ...args], { cwd: path('.'), encoding: 'utf8' });
  const lines = stdout.split(/\r?\n/);
  const isChecked = (name) => /\.m?js$/.test(name) && !/^(js|dist|build|node_modules)\//.test(name);
  const root = path('').replaceAll('\\', '/');
  const files = lines.filter((line) => line.startsWith(root) && isChecked(line.slice(root.length)));
  // An error's further lines are indented.
  const errors = lines.filter((line) => /\berror TS\d+: /.test(line) && !line.startsWith('js/'));
  for (const error of errors) console.error(error);
  console.error(`types: ${files.length} files, ${errors.length} errors`);
  return files.length > 0 && errors.length === 0;
}

const results = [biome(), await clangFormat(), !check || types()];
process.exit(results.every(Boolean) ? 0 : 1);
