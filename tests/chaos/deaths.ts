/** `npm run test:deaths`: the full form of deaths.test.ts, in which every way dies at each of its own steps. Takes about a quarter of an hour. */
import { endAtOnce } from '../../scripts/local/end-at-once.ts';
import { runVitest } from '../../scripts/local/run-vitest.ts';

endAtOnce();
process.exitCode = await runVitest(['--project', 'stack', 'tests/chaos/deaths.test.ts'], {
  ...process.env,
  DEATHS_PER: 'workflow',
});
