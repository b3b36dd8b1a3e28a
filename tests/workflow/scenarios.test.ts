/** The table of scenarios, played on real cart workflows. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { changeFacts, toAnswer, toCartRequest } from '../scenarios/cart-messages.ts';
import type { Driver } from '../scenarios/driver.ts';
import { runScenario } from '../scenarios/run-scenario.ts';
import { SCENARIOS } from '../scenarios/scenarios.ts';
import { testCatalogueFacts } from '../support/facts.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal();
});
afterAll(() => temporal?.close());

/** A fresh shopper; product facts travel with the requests, as the API sends them. */
function createWorkflowDriver(): Driver {
  const cart = temporal.cart();
  const facts = testCatalogueFacts();
  let count = 0;
  const started = cart.start();
  return {
    async send(asked) {
      count += 1;
      const attempt = `attempt-${count}`;
      await started;
      const { lines } = await cart.view();
      const skuOfLine = (lineId: string) => lines.find((line) => line.id === lineId)?.sku;
      return toAnswer(await cart.submit(toCartRequest(asked, attempt, facts, skuOfLine)), attempt);
    },
    view: () => started.then(() => cart.view()),
    changeProduct: async (change) => changeFacts(facts, change),
  };
}

describe('on a real workflow', () => {
  test.concurrent.each(SCENARIOS)('$title', (scenario) => runScenario(createWorkflowDriver(), scenario));
});
