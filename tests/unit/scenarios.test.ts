/** The table of scenarios, on the rules directly. */
import { describe, expect, test } from 'vitest';
import { createRulesDriver } from '../scenarios/rules-driver.ts';
import { runScenario } from '../scenarios/run-scenario.ts';
import { SCENARIOS } from '../scenarios/scenarios.ts';

describe('the rules', () => {
  test.each(SCENARIOS)('$title', (scenario) => runScenario(createRulesDriver(), scenario));

  test('scenarios have titles of their own', () => {
    const titles = SCENARIOS.map((scenario) => scenario.title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});
