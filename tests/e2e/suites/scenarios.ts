/** The table of scenarios, through the whole system. */
import { describe, test } from 'vitest';
import { needsCatalogueChanges, runScenario } from '../../scenarios/run-scenario.ts';
import { SCENARIOS } from '../../scenarios/scenarios.ts';
import type { TestStack } from '../../support/stack.ts';
import { createHttpDriver, resetCatalogue } from './http-driver.ts';

export function scenarioSuite(stack: () => TestStack): void {
  describe('over HTTP', () => {
    for (const scenario of SCENARIOS) {
      test(scenario.title, async () => {
        try {
          await runScenario(createHttpDriver(stack()), scenario);
        } finally {
          if (needsCatalogueChanges(scenario)) await resetCatalogue(stack());
        }
      });
    }
  });
}
