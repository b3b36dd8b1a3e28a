/**
 * The workflow code as one pre-built file, so that a worker starts in a fraction of a second. Kept under .build/, made anew only
 * when a source of it has changed.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Bytes; every cached cart pays for what the bundle loads (requirement: at most 1.8 MB). */
export const BUNDLE_BUDGET_BYTES = 1_800_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const here = path.extname(fileURLToPath(import.meta.url));
const workflowsPath = path.join(root, 'workflows', `index${here}`);
const SOURCES = ['workflows', 'cart', 'contract'];

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(
    createRequire(import.meta.url)('@temporalio/worker/package.json').version,
  );
  // How it is bundled counts, too.
  hash.update(await readFile(fileURLToPath(import.meta.url)));
  for (const folder of SOURCES) {
    for (const name of (await readdir(path.join(root, folder)))
      .filter((file) => file.endsWith(here))
      .sort()) {
      hash.update(name).update(await readFile(path.join(root, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

const MAP_MARK = 'sourceMappingURL=data:application/json;charset=utf-8;base64,';

/** Two thirds of the file would be the text of the sources, inside the source map: lines and names are enough for a stack trace. */
function withoutSourceText(code: string): string {
  const start = code.lastIndexOf(MAP_MARK) + MAP_MARK.length;
  if (start < MAP_MARK.length) return code;
  const map = JSON.parse(Buffer.from(code.slice(start), 'base64').toString('utf8')) as Record<
    string,
    unknown
  >;
  const slim = JSON.stringify({ ...map, sourcesContent: undefined });
  return code.slice(0, start) + Buffer.from(slim).toString('base64');
}

/**
 * Path of the bundle, built if need be. Several processes may call it at once: the file appears whole or not at all.
 * In a container the bundle is built with the image and found here.
 */
export async function buildWorkflowBundle(): Promise<string> {
  const folder = path.join(root, '.build');
  const file = path.join(folder, `workflows-${await fingerprint()}.js`);
  if (await exists(file)) return file;
  // Evaluated once for all carts instead of once for each: our modules hold no state (tests/tidy.test.ts), and the SDK freezes them.
  const preloadModules = [workflowsPath];
  // Large, and mostly not needed.
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({ workflowsPath, preloadModules, logger });
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, withoutSourceText(code));
  await rename(draft, file);
  return file;
}
