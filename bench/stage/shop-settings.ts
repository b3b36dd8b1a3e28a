/** The settings that the stack's own worker runs with, for baselines that do the same work without it. */
import { type Config, readConfig } from '../../config.ts';
import { recallComponents } from '../../scripts/local/component.ts';
import { openDataFolder } from '../../scripts/local/data-folder.ts';
import type { Stage } from './stage.ts';

export function shopSettings({ data }: Pick<Stage, 'data'>): Config {
  const worker = recallComponents(openDataFolder(data)).find(({ name }) => name === 'worker-1');
  if (!worker) throw new Error('The stack has no worker-1.');
  return readConfig(worker.env);
}
