/**
 * The shop's own processes, each as one plain JavaScript file under .build/parts/: with nothing left to compile and hundreds of files
 * fewer to look for, a part starts in half the time, at each start and after each kill (docs/decisions/0027).
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { ROOT } from './data-folder.ts';

/** The file that is run, by the source it is made from. */
const PARTS = {
  'worker/main.ts': 'worker.js',
  'api/main.ts': 'api.js',
  'test-payments/main.ts': 'payments.js',
  'test-inbox/main.ts': 'inbox.js',
  'worker/bundle.ts': 'bundle.js',
};

export type PartSource = keyof typeof PARTS;

const FOLDER = join(ROOT, '.build/parts');

/** Where the part made from this source lies. */
export const compiledPart = (source: PartSource): string => join(FOLDER, PARTS[source]);

/** Each module goes on finding the texts, migrations and workflows that lie beside its source. */
const ownPlace: Plugin = {
  name: 'own-place',
  setup(compiler) {
    compiler.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', url), loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

/**
 * Compiles what the sources are now; packages stay where they are. Safe from several starts at once: a file is replaced as a whole. Throws
 * with the compiler's words where a source is wrong.
 */
export async function compileParts(): Promise<void> {
  const entries = Object.entries(PARTS).map(([source, name]) => ({
    in: join(ROOT, source),
    out: basename(name, '.js'),
  }));
  const { outputFiles } = await build({
    entryPoints: entries,
    outdir: FOLDER,
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    plugins: [ownPlace],
    logLevel: 'silent',
  });
  mkdirSync(FOLDER, { recursive: true });
  for (const { path, contents } of outputFiles) {
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, contents);
    renameSync(draft, path);
  }
}
