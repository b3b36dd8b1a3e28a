/** `npm run test:chaos -- --minutes 10 --seed N`: a long chaos run with a line of figures at the end; fails when anything was lost or doubled. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import type { Fault } from '../support/ledger.ts';
import { endAtOnce } from '../../scripts/local/end-at-once.ts';
import { startTestStack } from '../support/stack.ts';
import { type ChaosReport, runChaos } from './run.ts';

interface Options {
  minutes: string;
  seed?: string;
  clients: string;
  carts: string;
}

const countOf = (faults: readonly Fault[], kind: Fault['kind']): number =>
  faults.filter((fault) => fault.kind === kind).length;

function summary({ seed, kills, figures, faults, carts }: ChaosReport): object {
  const { acknowledged, repeated, retried, breaches } = figures;
  return {
    seed,
    kills,
    carts: carts.length,
    acknowledged,
    repeated,
    retried,
    lost: countOf(faults, 'lost'),
    doubled: countOf(faults, 'doubled'),
    otherFaults: faults.length - countOf(faults, 'lost') - countOf(faults, 'doubled'),
    breaches: breaches.length,
    statuses: Object.fromEntries(figures.statuses),
  };
}

async function main({ minutes, seed, clients, carts }: Options): Promise<void> {
  const chosen = seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed);
  const folder = mkdtempSync(path.join(tmpdir(), 'cartwright-chaos-'));
  console.error(`seed ${chosen}, journal in ${folder}`);
  const stack = await startTestStack({ environment: { CONTINUE_AS_NEW_AFTER_EVENTS: '60' } });
  try {
    const report = await runChaos({
      stack,
      seed: chosen,
      minimumKills: 1,
      durationMs: Number(minutes) * 60_000,
      clients: Number(clients),
      carts: Number(carts),
      folder,
    });
    for (const fault of [...report.faults, ...report.figures.breaches]) console.error(fault);
    console.log(JSON.stringify(summary(report)));
    process.exitCode = report.faults.length + report.figures.breaches.length === 0 ? 0 : 1;
  } finally {
    await stack.stop();
  }
}

endAtOnce();
new Command('npm run test:chaos --')
  .description('Shops while parts of the system are killed, and checks that nothing was lost or doubled.')
  .option('--minutes <n>', 'how long', '10')
  .option('--seed <n>', 'dice (default: any)')
  .option('--clients <n>', 'shoppers at once', '8')
  .option('--carts <n>', 'carts that they share', '30')
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
