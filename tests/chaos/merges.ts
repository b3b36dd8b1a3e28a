/** `npm run test:merges -- --merges 1000 --kills 40`: logins under kills, with a line of figures at the end; fails when a unit was lost or doubled. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { endAtOnce } from '../../scripts/local/end-at-once.ts';
import { startTestStack } from '../support/stack.ts';
import { runMerges } from './merge-run.ts';

interface Options {
  merges: string;
  kills: string;
  clients: string;
  seed?: string;
}

async function main({ merges, kills, clients, seed }: Options): Promise<void> {
  const chosen = seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed);
  const folder = mkdtempSync(path.join(tmpdir(), 'cartwright-merges-'));
  console.error(`seed ${chosen}, journal in ${folder}`);
  const stack = await startTestStack({ environment: { CONTINUE_AS_NEW_AFTER_EVENTS: '30' } });
  const startedAt = Date.now();
  try {
    const report = await runMerges({
      stack,
      seed: chosen,
      merges: Number(merges),
      kills: Number(kills),
      clients: Number(clients),
      folder,
    });
    const { figures, faults, ...rest } = report;
    for (const fault of [...faults, ...figures.breaches]) console.error(fault);
    const { statuses, breaches, ...counts } = figures;
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    const summary = { ...rest, ...counts, seconds, faults: faults.length, breaches: breaches.length };
    console.log(JSON.stringify({ ...summary, statuses: Object.fromEntries(statuses) }));
    const isClean = faults.length + breaches.length === 0 && report.merged === report.logins;
    process.exitCode = isClean ? 0 : 1;
  } finally {
    await stack.stop();
  }
}

endAtOnce();
new Command('npm run test:merges --')
  .description(
    'Guests sign in while parts of the system are killed; checks that no unit was lost or doubled.',
  )
  .option('--merges <n>', 'logins, at least', '1000')
  .option('--kills <n>', 'kills, at least; as many of each kind', '40')
  .option('--clients <n>', 'logins at once', '4')
  .option('--seed <n>', 'dice (default: any)')
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
