/** Abandonment where something dies or is changed in the middle: the database, an answer, a run, the settings, a checkout. */
import { ApplicationFailure } from '@temporalio/activity';
import { expect, type TestContext, test } from 'vitest';
import type { Activities } from '../../activities/create-activities.ts';
import { inspectQuery } from '../../workflows/messages.ts';
import {
  askAbsence,
  beginCheckout,
  DAY,
  DELAYS,
  HOUR,
  leftCart,
  mailsOf,
  MINUTE,
} from '../support/absence.ts';
import { eventually } from '../support/eventually.ts';
import { createTestTemporal, type TestTemporal, type TestTemporalOptions } from '../support/temporal.ts';

/** Each test has a system of its own: what is broken there breaks nobody else, and they wait side by side. */
async function open(
  { onTestFinished }: TestContext,
  { policy, ...rest }: TestTemporalOptions = {},
): Promise<TestTemporal> {
  const temporal = await createTestTemporal({ policy: { recoveryDelaysMs: DELAYS, ...policy }, ...rest });
  onTestFinished(() => temporal.close());
  return temporal;
}

test.concurrent('a message whose promise could not be written comes once the database is back', async (context) => {
  const temporal = await open(context, { policy: { publishWaitMs: 400 } });
  const cart = await leftCart(temporal);
  temporal.databaseGate.shut();
  await cart.skip(HOUR + MINUTE);
  expect(await mailsOf(temporal, cart)).toEqual([]);
  expect((await cart.handle.query(inspectQuery)).isPublishing).toBe(true);
  temporal.databaseGate.open();
  await cart.skip(MINUTE);
  expect(await mailsOf(temporal, cart)).toEqual(['2:1']);
  expect((await cart.row())?.abandoned_at).not.toBeNull();
  expect((await cart.handle.query(inspectQuery)).isPublishing).toBe(false);
});

test.concurrent('a promise whose answer was lost is made again, and is one', async (context) => {
  let lost = 0;
  const activities = (real: Activities): Activities => ({
    ...real,
    async promiseRecoveryMail(promise) {
      const answer = await real.promiseRecoveryMail(promise);
      if ((lost += 1) <= 2) throw ApplicationFailure.create({ message: 'lost' });
      return answer;
    },
  });
  const temporal = await open(context, { activities });
  const cart = await leftCart(temporal);
  await cart.skip(HOUR + MINUTE);
  expect(lost).toBe(3);
  expect(await mailsOf(temporal, cart)).toEqual(['2:1']);
  expect(await askAbsence(cart)).toMatchObject({ step: 1 });
});

test.concurrent('a shopper who comes back while a message is promised is not in that absence any more', async (context) => {
  let reached = (): void => undefined;
  let release = (): void => undefined;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  const activities = (real: Activities): Activities => ({
    ...real,
    async promiseRecoveryMail(promise) {
      const answer = await real.promiseRecoveryMail(promise);
      reached();
      await isReleased;
      return answer;
    },
  });
  const temporal = await open(context, {
    activities,
    policy: { recoveryDelaysMs: [500], publishWaitMs: 20_000 },
  });
  const cart = await leftCart(temporal);
  await isReached;
  await cart.add('T-A', 1);
  release();
  expect(await cart.view()).toMatchObject({ version: 3 });
  await eventually(async () => expect(await askAbsence(cart)).toMatchObject({ episode: 3 }));
  expect(await mailsOf(temporal, cart)).toEqual(['2:1', '3:1']);
});

test.concurrent('an absence goes on over fresh runs', async (context) => {
  const temporal = await open(context, { policy: { continueAsNewAfterEvents: 20 } });
  const cart = await leftCart(temporal);
  const run = await cart.runId();
  await cart.skip(DAY + HOUR);
  expect(await cart.runId()).not.toBe(run);
  await cart.skip(3 * DAY);
  expect(await mailsOf(temporal, cart)).toEqual(['2:1', '2:2', '2:3']);
  const { typedSearchAttributes } = await cart.handle.describe();
  const names = typedSearchAttributes.getAll().map(({ key }) => key.name);
  expect(names).toContain('AbandonedAt');
});

test.concurrent('a cart takes the settings of today with its next run; its absence goes on', async (context) => {
  const temporal = await open(context, {
    policy: { continueAsNewAfterEvents: 20, recoveryDelaysMs: [HOUR, 9 * DAY] },
    policyOfToday: { recoveryDelaysMs: [HOUR, 2 * DAY], expiryGuestMs: 30 * DAY },
  });
  const cart = await leftCart(temporal);
  const run = await cart.runId();
  await cart.skip(HOUR + MINUTE);
  await eventually(async () => {
    await cart.signalByHand('republish');
    expect(await cart.runId()).not.toBe(run);
  });
  const { policy } = await cart.handle.query(inspectQuery);
  expect(policy).toMatchObject({ recoveryDelaysMs: [HOUR, 2 * DAY], expiryGuestMs: 30 * DAY });
  await cart.skip(2 * DAY);
  expect(await mailsOf(temporal, cart)).toEqual(['2:1', '2:2']);
  await cart.skip(29 * DAY);
  await eventually(async () => expect((await cart.handle.describe()).status.name).toBe('COMPLETED'));
});

test.concurrent('a cart that was made before there was abandonment learns of it with its next run', async (context) => {
  const temporal = await open(context, {
    policy: { continueAsNewAfterEvents: 20, recoveryDelaysMs: [] },
    policyOfToday: { recoveryDelaysMs: DELAYS },
  });
  const cart = await leftCart(temporal);
  const run = await cart.runId();
  await eventually(async () => {
    await cart.signalByHand('republish');
    expect(await cart.runId()).not.toBe(run);
  });
  await cart.skip(HOUR + MINUTE);
  await eventually(async () => expect(await mailsOf(temporal, cart)).toEqual(['2:1']));
});

test.concurrent('a cart whose checkout was terminated asks after it, and is its shopper’s again', async (context) => {
  const temporal = await open(context, {
    policy: { checkoutPatienceMs: 2_000 },
    activities: (real) => ({ ...real, readCheckoutFacts: () => Promise.reject(new Error('not today')) }),
  });
  const cart = await leftCart(temporal);
  const checkoutId = await beginCheckout(cart);
  const workflowId = `checkout:${checkoutId.replace(/-(\d+)$/, ':$1')}`;
  const other = await leftCart(temporal);
  const otherId = await beginCheckout(other);
  await eventually(() => temporal.client.workflow.getHandle(workflowId).terminate('by an operator'));
  await eventually(
    async () =>
      expect(await cart.view()).toMatchObject({
        status: 'active',
        checkout: { id: checkoutId, status: 'failed' },
      }),
    { within: 40_000 },
  );
  expect((await cart.audit()).at(-1)).toMatchObject({ kind: 'endCheckout' });
  expect((await cart.add('T-C', 1)).refusal).toBeUndefined();
  // One that runs is left alone, though it was asked after as well.
  await eventually(async () => expect(await other.historyLength()).toBeGreaterThan(20), { within: 15_000 });
  expect(await other.view()).toMatchObject({ status: 'checkout', checkout: { id: otherId, status: 'open' } });
});

test.concurrent.for(['guest', 'customer'] as const)(
  'a %s cart that expires while the database is away gives way to a new one at the next write',
  async (kind, context) => {
    const life = { expiryGuestMs: DAY, expiryCustomerMs: DAY, recoveryDelaysMs: [] };
    const temporal = await open(context, { policy: { ...life, reopens: true, publishWaitMs: 400 } });
    const cart = await leftCart(temporal, { kind });
    const before = await cart.view();
    const add = await cart.addOf('T-C', 1);
    temporal.databaseGate.shut();
    await cart.skip(DAY + MINUTE);
    expect((await cart.view()).status).toBe('expired');
    expect((await cart.do({ type: 'removeItem', lineId: 'l1' })).refusal?.code).toBe('line_not_found');
    expect((await cart.view()).status).toBe('expired');
    expect((await cart.do(add, { idempotencyKey: 'back' })).refusal).toBeUndefined();
    expect((await cart.do(add, { idempotencyKey: 'back' })).refusal).toBeUndefined();
    const after = await cart.view();
    expect(after).toMatchObject({ status: 'active', totalQuantity: 1 });
    expect(after.id).not.toBe(before.id);
    temporal.databaseGate.open();
    await eventually(async () => expect((await cart.row())?.cart_id).toBe(after.id), { within: 20_000 });
    expect(await cart.finished()).toMatchObject([{ cart_id: before.id, status: 'expired' }]);
    expect((await cart.audit()).map((row) => row.kind)).toEqual(['addItem', 'addItem', 'expire', 'addItem']);
  },
);

test.concurrent('a cart with an open checkout does not expire', async (context) => {
  const temporal = await open(context, {
    policy: { expiryGuestMs: 1_500, idleTickMs: 100 },
    activities: (real) => ({ ...real, readCheckoutFacts: () => Promise.reject(new Error('not today')) }),
  });
  const cart = await leftCart(temporal);
  await beginCheckout(cart);
  const other = await leftCart(temporal);
  await eventually(async () => expect((await other.handle.describe()).status.name).toBe('COMPLETED'));
  expect(await cart.view()).toMatchObject({ status: 'checkout', expiresAt: null });
});
