/**
 * Two kinds of suites: quick ones that need nothing, and those that run against a real PostgreSQL and a real Temporal server, which
 * the global set-up starts once. Time limits bound waiting for a state; no test sleeps.
 */
import { defineConfig } from 'vitest/config';
import LongestFirst from './tests/support/longest-first.ts';

/**
 * Where real servers are killed and waited for, a machine that is busy with something else may break a bound. Such a test is done once more, and
 * tests/support/second-tries.ts names it. What fails twice has failed.
 */
const SECOND_TRY = 1;

const withServers = {
  globalSetup: ['tests/support/servers.ts'],
  setupFiles: ['tests/support/end-with-vitest.ts'],
  testTimeout: 60_000,
  hookTimeout: 180_000,
  // On two cores as well: most files wait for others most of the time.
  maxWorkers: 3,
  retry: SECOND_TRY,
};

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      include: ['cart/**/*.ts', 'api/**/*.ts', 'activities/**/*.ts', 'database/**/*.ts'],
      exclude: ['**/main.ts', 'api/temporal-client.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
    projects: [
      {
        test: {
          name: 'quick',
          include: ['tests/unit/**/*.test.ts', 'tests/tidy.test.ts'],
          // Nothing here waits for anything; a busy machine is no reason to fail.
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'servers',
          include: [
            'tests/{activities,api,checkout,workflow,replay,gateway,payments,races,mail}/**/*.test.ts',
          ],
          ...withServers,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'stack',
          include: ['tests/{stack,e2e,chaos}/**/*.test.ts'],
          setupFiles: ['tests/support/end-with-vitest.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          retry: SECOND_TRY,
          // Each starts a whole system, and waits more than it works: two of them go side by side, after the others.
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
