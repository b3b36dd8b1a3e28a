/** `npm run test:mails -- --carts 1000`: recovery e-mails under kills, with a line of figures at the end; fails when one is missing, doubled, late or unwanted. */
import { Command } from 'commander';
import { endAtOnce } from '../../scripts/local/end-at-once.ts';
import { startTestStack } from '../support/stack.ts';
import { mailSettings, runMails } from './mail-run.ts';

interface Options {
  carts: string;
  seed?: string;
}

/** Long enough that all carts have been left before the first message is due. */
const delaysFor = (carts: number): number[] => [30_000 + carts * 60, 75_000 + carts * 120];

async function main({ carts: count, seed }: Options): Promise<void> {
  const carts = Number(count);
  const chosen = seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed);
  console.error(`seed ${chosen}`);
  const delaysMs = delaysFor(carts);
  const stack = await startTestStack({ environment: mailSettings(delaysMs) });
  try {
    const { faults, ...report } = await runMails({ stack, seed: chosen, carts, delaysMs });
    for (const fault of faults) console.error(fault);
    console.log(JSON.stringify({ seed: chosen, ...report, faults: faults.length }));
    process.exitCode = faults.length === 0 ? 0 : 1;
  } finally {
    await stack.stop();
  }
}

endAtOnce();
new Command('npm run test:mails --')
  .description('Carts are left, their mails fall due, and everything is killed twice meanwhile.')
  .option('--carts <n>', 'carts that are left', '1000')
  .option('--seed <n>', 'dice (default: any)')
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
