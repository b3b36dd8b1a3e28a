/** Every step of every checkout fails once, loses its answer once, is done twice and breaks once: it ends as it should all the same. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCheckoutActivities } from '../../activities/checkout-activities.ts';
import { tablesOf } from '../../activities/checkout-ports.ts';
import { createPaymentActivities } from '../../activities/create-payment-activities.ts';
import { createDatabaseGuard } from '../../activities/guard-database.ts';
import { atOnce } from '../support/at-once.ts';
import { type CheckoutShop, createCheckoutShop } from '../support/checkout-shop.ts';
import { checkStock, PRICING } from '../support/checkouts.ts';
import { DISTURBANCES, type Disturbance, DisturbedSteps } from './disturbed-steps.ts';
import { audit, live, nextCheckoutOf, STORIES, type Story } from './stories.ts';

const steps = new DisturbedSteps();
let shop: CheckoutShop;

beforeAll(async () => {
  shop = await createCheckoutShop({ activities: (real) => steps.wrap(real) });
});

afterAll(async () => {
  await shop.close();
});

let next = 0;
/** A SKU that no other checkout of this file touches. */
const freshSku = (): string => {
  next += 1;
  return `T-${String(next).padStart(3, '0')}`;
};

async function run(story: Story, disturb: (checkoutId: string) => void = () => undefined) {
  const shopper = await shop.guest([story.ownStock ? freshSku() : 'T-A', 1]);
  const checkoutId = await nextCheckoutOf(shopper);
  disturb(checkoutId);
  const end = await live(shop, shopper, story);
  await audit(shop, shopper, checkoutId, end);
  return { checkoutId, end };
}

const setFaults = (faults: object) =>
  shop.provider.fetch('/faults', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });

/** More at once would lose workflow tasks on a busy machine, which is another test. */
const inTurn = atOnce(12);

const stepsOf = new Map<Story, string[]>();

describe.each(Object.entries(STORIES))('%s', (_name, story) => {
  beforeAll(async () => {
    await setFaults(story.faults ?? {});
    const { checkoutId, end } = await run(story);
    stepsOf.set(story, end === story.end ? (steps.seen.get(checkoutId) ?? []) : []);
  });

  test('is a story of several steps', () => {
    expect(stepsOf.get(story)?.length).toBeGreaterThan(4);
  });

  const disturbAll = (disturbance: Disturbance) =>
    Promise.all(
      (stepsOf.get(story) ?? []).map(async (step) => {
        const plan = (checkoutId: string) => steps.plan(checkoutId, step, disturbance);
        const { end } = await inTurn(() => run(story, plan));
        return [step, end] as const;
      }),
    );

  test.concurrent.each(DISTURBANCES.filter((disturbance) => disturbance !== 'isBroken'))(
    'ends alike where a step %s',
    { timeout: 240_000 },
    async (disturbance) => {
      const ends = await disturbAll(disturbance);
      expect(ends.filter(([, end]) => end !== story.end)).toEqual([]);
    },
  );

  test.concurrent('comes to no harm where a step is broken', { timeout: 240_000 }, async () => {
    const ends = await disturbAll('isBroken');
    for (const [step, end] of ends) expect([story.end, 'failed'], step).toContain(end);
  });
});

test('no unit of stock is lost, and no step of the code is left out', async () => {
  await checkStock(shop.temporal.sql);
  const { sql } = shop.temporal;
  const payments = { chosen: undefined, providers: {} };
  const expected = [
    ...Object.keys(createCheckoutActivities({ sql, ...tablesOf(PRICING) }, createDatabaseGuard())),
    ...Object.keys(createPaymentActivities({ sql, payments })),
    // The sweep is no step of a checkout.
  ].filter((name) => name !== 'releaseOverdueStock');
  const seen = new Set([...steps.seen.values()].flat());
  expect([...seen].sort()).toEqual(expect.arrayContaining(expected.sort()));
});
