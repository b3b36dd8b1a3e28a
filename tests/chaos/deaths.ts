/** `npm run test:deaths`: the full form of deaths.test.ts, in which every way dies at each of its own steps. Takes about a quarter of an hour. */
import { spawnSync } from 'node:child_process';

const vitest = ['vitest', 'run', '--project', 'stack', 'tests/chaos/deaths.test.ts'];
const { status } = spawnSync('npx', vitest, {
  stdio: 'inherit',
  env: { ...process.env, DEATHS_PER: 'workflow' },
});
process.exitCode = status ?? 1;
