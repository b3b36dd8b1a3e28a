/** What operators find in Temporal: carts by filter, a readable cart, summaries on what it waits for, and nothing personal. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultPayloadConverter } from '@temporalio/common';
import { eventually } from '../support/eventually.ts';
import { requestFor } from '../support/requests.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal();
});
afterAll(() => temporal?.close());

async function idsFound(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of temporal.client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

describe('a list by search attributes', () => {
  test('finds a cart by its owner from the start', async () => {
    const cart = temporal.cart();
    await cart.add('T-A', 1);
    const query = `CartOwner = '${cart.ownerHash}' AND CartStatus = 'active'`;
    await eventually(async () => expect(await idsFound(query)).toEqual([cart.workflowId]));
  });

  test('knows item count and last activity once the cart has been quiet for a while', async () => {
    const cart = temporal.cart();
    await cart.add('T-A', 1);
    await cart.add('T-B', 1);
    const stale = await cart.handle.describe();
    expect(stale.typedSearchAttributes.getAll().find(({ key }) => key.name === 'ItemCount')?.value).toBe(0);
    await cart.skip(301_000);
    const query = `CartOwner = '${cart.ownerHash}' AND ItemCount = 2 AND LastActivity > '2020-01-01T00:00:00Z'`;
    await eventually(async () => expect(await idsFound(query)).toEqual([cart.workflowId]));
  });

  test('shows the end of a cart', async () => {
    const cart = temporal.cart({ policy: { expiryGuestMs: 500 } });
    await cart.add('T-A', 1);
    const query = `CartOwner = '${cart.ownerHash}' AND CartStatus = 'expired'`;
    await eventually(async () => expect(await idsFound(query)).toEqual([cart.workflowId]));
  });
});

test('the current details show the cart as a table, in every run', async () => {
  const cart = temporal.cart({ policy: { continueAsNewAfterEvents: 20 } });
  await cart.add('T-A', 2);
  const run = await cart.runId();
  expect((await cart.details()).replaceAll('\u00a0', '')).toContain(
    '| l1 | T-A | Test product A | 2 | 19.99 EUR |',
  );
  await eventually(async () => {
    await cart.add('T-B', 1);
    expect(await cart.runId()).not.toBe(run);
  });
  expect((await cart.details()).replaceAll('\u00a0', '')).toContain('| l1 | T-A |');
});

test('every message has a description', async () => {
  const cart = temporal.cart();
  await cart.start();
  const { definition } = await cart.handle.query<{
    definition: Record<string, { name?: string; description?: string }[]>;
  }>('__temporal_workflow_metadata');
  for (const kind of ['updateDefinitions', 'signalDefinitions', 'queryDefinitions']) {
    const own = (definition[kind] ?? []).filter(({ name }) => !name?.startsWith('__'));
    expect(own).not.toEqual([]);
    expect(own.filter(({ description }) => !description)).toEqual([]);
  }
});

test('timers and local activities say what they are for', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  await cart.signalByHand('republish');
  await cart.add('T-A', 1);
  const { events } = await cart.handle.fetchHistory();
  const summaryOf = (kind: 'timerStartedEventAttributes' | 'markerRecordedEventAttributes') =>
    events
      ?.filter((event) => event[kind])
      .map(({ userMetadata }) =>
        userMetadata?.summary ? defaultPayloadConverter.fromPayload(userMetadata.summary) : undefined,
      );
  expect(summaryOf('timerStartedEventAttributes')).toContain('index the cart once it is quiet');
  expect(summaryOf('markerRecordedEventAttributes')).toEqual(['version 1 to the read model']);
});

test("nothing that a client typed is in a cart's history, but the SKU, options and notes", async () => {
  const cart = temporal.cart({ kind: 'customer', policy: { continueAsNewAfterEvents: 20 } });
  const idempotencyKey = 'canary.person@example.com';
  for (let count = 0; count < 6; count += 1) {
    const request = requestFor(await cart.addOf('T-A', 1), { idempotencyKey: `${idempotencyKey}-${count}` });
    await (count % 2 === 0 ? cart.submit(request) : cart.signal(request));
  }
  await eventually(async () => expect((await cart.view()).version).toBe(6));
  for await (const { runId } of temporal.client.workflow.list({
    query: `WorkflowId = '${cart.workflowId}'`,
  })) {
    const history = await temporal.client.workflow.getHandle(cart.workflowId, runId).fetchHistory();
    // Payloads are base64: look into them, too.
    const text = JSON.stringify(history, (name, value: unknown) =>
      name === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value,
    );
    expect(text).toContain('T-A');
    expect(text).not.toContain('canary');
    expect(text).not.toContain('example.com');
  }
});
