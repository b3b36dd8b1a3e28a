/** Plays one scenario through a driver and compares what came of it. */
import { expect } from 'vitest';
import type { CartView } from '../../contract/cart-view.ts';
import type { Answer, Driver } from './driver.ts';
import type { Expected, Scenario, Step } from './steps.ts';

export const needsCatalogueChanges = (scenario: Scenario): boolean =>
  [...(scenario.given ?? []), ...scenario.when].some((step) => 'change' in step);

async function play(driver: Driver, steps: readonly Step[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const step of steps) {
    if (!('change' in step)) answers.push(await driver.send(step));
    else if (driver.changeProduct) await driver.changeProduct(step.change);
    else throw new Error('This driver cannot change the catalogue; leave the scenario out.');
  }
  return answers;
}

const byLine = <Value>(view: CartView, pick: (line: CartView['lines'][number]) => Value) =>
  Object.fromEntries(view.lines.map((line) => [line.id, pick(line)]));

function compare(view: CartView, expected: Expected): void {
  const lines = view.lines.map((line) => `${line.id}: ${line.quantity} × ${line.sku}`);
  expect(lines).toEqual(expected.lines);
  expect(view.version, 'version').toBe(expected.version);
  expect(view.itemsCount, 'itemsCount').toBe(expected.lines.length);
  if (expected.subtotal !== undefined) expect(view.subtotal, 'subtotal').toBe(expected.subtotal);
  if (expected.options) {
    expect(byLine(view, (line) => line.options)).toMatchObject(expected.options);
  }
  if (expected.attributes) {
    expect(byLine(view, (line) => line.attributes)).toMatchObject(expected.attributes);
  }
  if (expected.unitPrices) {
    expect(byLine(view, (line) => line.unitPrice)).toMatchObject(expected.unitPrices);
  }
  if (expected.maxQuantities) {
    expect(byLine(view, (line) => line.maxQuantity)).toMatchObject(expected.maxQuantities);
  }
  if (expected.warnings) expect(view.warnings.map((warning) => warning.code)).toEqual(expected.warnings);
}

/** Rejects (as vitest's expect does) at the first difference. */
export async function runScenario(
  driver: Driver,
  { given = [], when, expect: expected }: Scenario,
): Promise<void> {
  for (const answer of await play(driver, given)) expect(answer, 'given').toMatchObject({ is: 'accepted' });
  const answers = await play(driver, when);
  expect(answers).toMatchObject(expected.answers ?? answers.map(() => ({ is: 'accepted' })));
  compare(await driver.view(), expected);
}
