/**
 * Two kinds of suites: quick ones that need nothing, and those that run against a real PostgreSQL and a real Temporal server, which
 * the global set-up starts once. Time limits bound waiting for a state; no test sleeps.
 */
import { defineConfig } from 'vitest/config';

const withServers = {
  globalSetup: ['tests/support/servers.ts'],
  testTimeout: 60_000,
  hookTimeout: 180_000,
  maxWorkers: 2,
};

export default defineConfig({
  test: {
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
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          // Each starts a whole system: alone, and after the others.
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
