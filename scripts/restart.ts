/**
 * `restart.ts <component> --data DIR`: starts a killed component of a local stack in the background, prints `{"pid": n}` when it is
 * ready, and ends. A component that runs already is left alone and its PID printed.
 */
import { Command } from 'commander';
import { type Component, livingProcess, recallComponents, titleOf } from './local/component.ts';
import { type DataFolder, openDataFolder } from './local/data-folder.ts';
import { runComponent } from './local/run-component.ts';
import { UserError, explain } from './local/user-error.ts';
import { pause } from './local/wait-until.ts';

const TRY_FOR_MS = 60_000;

async function restart(name: string, { data }: { data: string }): Promise<void> {
  const folder = openDataFolder(data);
  const components = recallComponents(folder);
  const component = components.find((candidate) => candidate.name === name);
  if (!component) {
    const known = components.map((candidate) => candidate.name).join(', ') || 'none';
    throw new UserError(`There is no component '${name}' in ${folder.path}. Known: ${known}.`);
  }
  const pid = await bringBack(folder, component, components);
  process.stdout.write(`${JSON.stringify({ pid })}\n`);
}

/**
 * Temporal cannot come up without its database, so that comes first. Workers and APIs only have to live: what they need may be
 * down on purpose, and comes back when its own restart is asked for.
 */
async function bringBack(folder: DataFolder, component: Component, components: Component[]): Promise<number> {
  const missing = components.filter(
    ({ name }) => component.needs.includes(name) && !livingProcess(folder, name),
  );
  if (missing.length === 0) return tryFor(folder, component);
  if (component.ready.kind === 'http') {
    const url = component.ready.url.replace(/readyz$/, 'livez');
    return tryFor(folder, { ...component, ready: { kind: 'http', url } });
  }
  for (const needed of missing) {
    process.stderr.write(
      `${titleOf(component.name)} needs ${titleOf(needed.name)}, which is started first.\n`,
    );
    await tryFor(folder, needed);
  }
  return tryFor(folder, component);
}

/** What it needs may be coming back at this very moment: one that ends while it starts is tried again for a while. */
async function tryFor(folder: DataFolder, component: Component): Promise<number> {
  const deadline = Date.now() + TRY_FOR_MS;
  for (let wait = 250; ; wait = Math.min(wait * 2, 4_000)) {
    try {
      return await runComponent(folder, component);
    } catch (error) {
      if (Date.now() + wait > deadline) throw error;
      await pause(wait);
    }
  }
}

new Command('restart')
  .argument('<component>')
  .requiredOption('--data <dir>', 'data folder of the stack')
  .action(restart)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  });
