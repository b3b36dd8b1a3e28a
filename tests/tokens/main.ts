/** `npm run test:tokens -- --count 1000000 --http 100000`: falsified tokens by the million; fails when one is accepted. */
import { Command } from 'commander';
import { endAtOnce } from '../../scripts/local/end-at-once.ts';
import { startTestStack } from '../support/stack.ts';
import { runOverHttp } from './over-http.ts';
import { runTokens } from './run.ts';

interface Options {
  count: string;
  http: string;
  seed: string;
}

async function inProcess(count: number, seed: number): Promise<boolean> {
  const startedAt = performance.now();
  const reports = await runTokens({ count, seed });
  for (const { ways: _ways, ...report } of reports) console.log(JSON.stringify(report));
  const tried = reports.reduce((sum, report) => sum + report.tried, 0);
  const accepted = reports.reduce((sum, { verdicts }) => sum + (verdicts.accepted ?? 0), 0);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`in process: ${tried} falsified, ${accepted} accepted, ${seconds} s, seed ${seed}`);
  return accepted === 0;
}

async function overHttp(count: number, seed: number): Promise<boolean> {
  const stack = await startTestStack({ environment: { RATE_LIMITS: 'off', LOG_LEVEL: 'warn' }, workers: 1 });
  try {
    const startedAt = performance.now();
    const { tried, verdicts, accepted, changed } = await runOverHttp(stack, { count, seed });
    for (const example of accepted.slice(0, 5)) console.error(example);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(JSON.stringify(verdicts));
    console.log(
      `over HTTP: ${tried} falsified, ${accepted.length} accepted, ${changed} carts changed, ${seconds} s, seed ${seed}`,
    );
    return accepted.length === 0 && changed === 0;
  } finally {
    await stack.stop();
  }
}

async function main({ count, http, seed }: Options): Promise<void> {
  const isSafe = await inProcess(Number(count), Number(seed));
  const isSafeOverHttp = Number(http) === 0 || (await overHttp(Number(http), Number(seed)));
  process.exitCode = isSafe && isSafeOverHttp ? 0 : 1;
}

endAtOnce();
new Command('npm run test:tokens --')
  .description(
    'Mutates and forges guest tokens and JWTs and puts them before the system; none may be accepted.',
  )
  .option('--count <n>', 'in this process', '1000000')
  .option('--http <n>', 'sent to a stack of its own, on top', '0')
  .option('--seed <n>', 'dice', String(Date.now() % 100_000))
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
