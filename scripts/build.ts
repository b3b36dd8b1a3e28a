/**
 * `npm run build`: what a container runs. Compiles the product's own folders to dist/, copies what is not TypeScript (migrations,
 * catalogues, the reference page's assets), and builds the workflow bundle, so that a worker starts without compiling anything.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ROOT } from './local/data-folder.ts';
import { PRODUCT_FILES, PRODUCT_FOLDERS } from './product.ts';

function run(command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Tests and tools stay out of the image; the compiler wants its file list in a file. */
function writeCompilerSettings(): string {
  const path = join(ROOT, '.build/tsconfig.json');
  // Of the scripts, a container needs the catalogue tool only.
  const include = [...PRODUCT_FOLDERS, ...PRODUCT_FILES, 'scripts/catalogue.ts'].map((name) => `../${name}`);
  // What it remembers lies in dist/, so that an empty dist/ is filled again.
  const tsBuildInfoFile = '../dist/types.tsbuildinfo';
  const compilerOptions = { rootDir: '..', outDir: '../dist', noEmit: false, tsBuildInfoFile };
  mkdirSync(join(ROOT, '.build'), { recursive: true });
  writeFileSync(path, JSON.stringify({ extends: '../tsconfig.json', compilerOptions, include }, null, 2));
  return path;
}

function copyOtherFiles(folder: string): void {
  cpSync(join(ROOT, folder), join(ROOT, 'dist', folder), {
    recursive: true,
    filter: (path) => !['.ts', '.tsx', '.md'].includes(extname(path)),
  });
}

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
run(process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', writeCompilerSettings());
for (const folder of PRODUCT_FOLDERS) copyOtherFiles(folder);
const buildBundle =
  "import('./dist/worker/bundle.js').then((bundle) => bundle.buildWorkflowBundle()).then(console.log)";
run(process.execPath, '--input-type=module', '--eval', buildBundle);
