/** The cart's side of an order, in Temporal's own history: the end of the checkout must not cost the cart a workflow task. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CheckoutShop, createCheckoutShop, type Shopper } from '../support/checkout-shop.ts';
import { checkoutWorkflowId } from '../../contract/checkouts.ts';
import { eventually } from '../support/eventually.ts';
import { eventsOf, failedTasksOf } from '../support/histories.ts';

let shop: CheckoutShop;
beforeAll(async () => {
  shop = await createCheckoutShop({
    environment: { IDLE_TICK: '3s' },
    activities: (real) => ({
      ...real,
      // The workflow task that hears of the order lasts until the checkout has ended: its end comes in meanwhile.
      publishCart: async (publication) => {
        await Promise.all(publication.finished.map(({ checkout }) => checkoutHasEnded(checkout?.id ?? '')));
        await real.publishCart(publication);
      },
    }),
  });
});
afterAll(() => shop?.close());

async function checkoutHasEnded(checkoutId: string): Promise<void> {
  const { workflow } = shop.temporal.client;
  await eventually(async () => {
    const { status } = await workflow.getHandle(checkoutWorkflowId(checkoutId)).describe();
    return status.name === 'COMPLETED';
  });
}

async function workflowIdOf(shopper: Shopper): Promise<string> {
  const { body } = await shopper.cart();
  const [row] = await shop.temporal.sql<{ workflowId: string }[]>`
    SELECT workflow_id AS "workflowId" FROM carts WHERE cart_id = ${body.id}`;
  return row?.workflowId ?? '';
}

test('an order loses no workflow task, and the cart goes on in a fresh run once it is quiet', async () => {
  const { client } = shop.temporal;
  const shopper = await shop.guest(['T-A', 1]);
  const workflowId = await workflowIdOf(shopper);
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  await shopper.begin();
  await shopper.untilStatus('completed');
  await shopper.untilActive();
  const added = await shopper.ask('POST', '/cart/items', { sku: 'T-B', quantity: 1 });
  expect(added.status, added.text).toBeLessThan(300);
  await eventually(async () => {
    expect((await client.workflow.getHandle(workflowId).describe()).runId).not.toBe(runId);
  });
  const events = await eventsOf(client, workflowId, runId);
  expect(events.filter((event) => event.childWorkflowExecutionCompletedEventAttributes)).toHaveLength(1);
  expect(await failedTasksOf(client, workflowId, runId)).toEqual([]);
  expect((await shopper.cart()).body.lines).toMatchObject([{ sku: 'T-B', quantity: 1 }]);
});
