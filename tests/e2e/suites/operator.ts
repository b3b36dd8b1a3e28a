/** What an operator sees and does in Temporal: signals by hand, filters, readable details, and nothing personal anywhere. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bearerOf, guest, linesOf, type Shopper, signToken } from '../../support/client.ts';
import { eventually } from '../../support/eventually.ts';
import type { TestStack } from '../../support/stack.ts';

async function workflowOf({ sql }: TestStack, shopper: Shopper): Promise<{ id: string; owner: string }> {
  const { id } = (await shopper.get()).cart;
  const [row] = await sql<{ id: string; owner: string }[]>`
    SELECT workflow_id AS id, owner_hash AS owner FROM carts WHERE cart_id = ${id}`;
  return row as { id: string; owner: string };
}

const visible = (shopper: Shopper, lines: string[]) =>
  eventually(async () => expect(linesOf((await shopper.get()).cart)).toEqual(lines));

function handTests(stack: () => TestStack): void {
  test('signals sent by hand with a SKU and a quantity are priced and show over HTTP', async () => {
    const shopper = guest(stack().api);
    await shopper.add('T-A');
    const handle = stack().temporal.workflow.getHandle((await workflowOf(stack(), shopper)).id);
    await handle.signal('addItem', { sku: 'T-B', quantity: 3 });
    await visible(shopper, ['l1: 1 × T-A', 'l2: 3 × T-B']);
    expect((await shopper.get()).cart.total).toBe(1_999 + 3 * 4_995);
    await handle.signal('updateItem', { lineId: 'l1', quantity: 7 });
    await handle.signal('removeItem', { lineId: 'l2' });
    await visible(shopper, ['l1: 7 × T-A']);
    await handle.signal('clear', {});
    await visible(shopper, []);
  });

  test.each([
    undefined,
    null,
    'T-A',
    { sku: 'T-A' },
    { sku: 'T-A', quantity: -1 },
    { sku: 'T-NEVER', quantity: 1 },
    { sku: 7, quantity: '1' },
    { sku: 'T-A', quantity: 1, facts: { unitPrice: 1 } },
  ])('a mistaken signal (%j) does not hurt the cart', async (message) => {
    const shopper = guest(stack().api);
    await shopper.add('T-A');
    const handle = stack().temporal.workflow.getHandle((await workflowOf(stack(), shopper)).id);
    await handle.signal('addItem', message);
    expect((await shopper.add('T-B')).status).toBe(201);
    const { cart } = await shopper.get('?consistency=strong');
    expect(cart.lines.every(({ sku, unitPrice }) => unitPrice === (sku === 'T-A' ? 1_999 : 4_995))).toBe(
      true,
    );
    expect(cart.lines.map(({ sku }) => sku)).toEqual(['T-A', 'T-B']);
  });

  test('carts are found by status and owner', async () => {
    const shopper = guest(stack().api);
    await shopper.add('T-A');
    const { id, owner } = await workflowOf(stack(), shopper);
    const query = `CartStatus = 'active' AND CartOwner = '${owner}'`;
    const found = await eventually(async () => {
      const ids: string[] = [];
      for await (const { workflowId } of stack().temporal.workflow.list({ query })) ids.push(workflowId);
      return ids.length > 0 && ids;
    });
    expect(found).toEqual([id]);
  });

  test('the current details are the cart as a table', async () => {
    const shopper = guest(stack().api);
    await shopper.add('T-A', 2);
    const handle = stack().temporal.workflow.getHandle((await workflowOf(stack(), shopper)).id);
    const metadata = await handle.query<{ currentDetails: string }, []>('__temporal_workflow_metadata');
    expect(metadata.currentDetails.replaceAll('\u00a0', '')).toContain(
      '| l1 | T-A | Test product A | 2 | 19.99 EUR |',
    );
    expect(metadata.currentDetails).toContain('total **39.98 EUR**');
  });
}

/** Payloads as text, so that nothing hides in base64. */
const readable = (value: unknown): string =>
  JSON.stringify(value, (name, member: unknown) =>
    name === 'data' && typeof member === 'string' ? Buffer.from(member, 'base64').toString() : member,
  );

async function temporalText(stack: TestStack, workflowId: string): Promise<string> {
  const handle = stack.temporal.workflow.getHandle(workflowId);
  const { memo, searchAttributes, raw } = await handle.describe();
  return readable([memo, searchAttributes, raw, await handle.fetchHistory()]);
}

const metricsText = async ({ api }: TestStack): Promise<string> =>
  (await Promise.all(api.map(async (origin) => (await fetch(`${origin}/metrics`)).text()))).join('\n');

function secretTests(stack: () => TestStack): void {
  test('tokens, keys and e-mail addresses are in no history, log or metric', async () => {
    const email = `ada.${randomUUID()}@example.com`;
    const jwt = await signToken(stack().info.jwt, email, { claims: { email } });
    const key = `canary-${randomUUID()}`;
    const known = bearerOf(stack().api, jwt);
    const visitor = guest(stack().api);
    for (const shopper of [known, visitor]) {
      expect((await shopper.add('T-A', 1, { key })).status).toBe(201);
      await shopper.at(1).add('T-NEVER', 1, { key: `${key}-2` });
      await shopper.update('l1', { quantity: 2 }, { key: `${key}-3`, headers: { prefer: 'respond-async' } });
      await shopper.get(`?${email}`);
    }
    const token = visitor.credentials['cart-token'] as string;
    const signature = (text: string) => text.slice(text.lastIndexOf('.') + 1);
    const ids = [(await workflowOf(stack(), known)).id, (await workflowOf(stack(), visitor)).id];
    const histories = await Promise.all(ids.map((id) => temporalText(stack(), id)));
    expect(histories.join()).toContain('T-A');
    const everything = [...histories, stack().logs(), await metricsText(stack())].join('\n');
    for (const canary of [email, email.split('@')[0] as string, key, jwt, signature(jwt), signature(token)]) {
      expect(everything.includes(canary), canary).toBe(false);
    }
  });
}

export function operatorSuite(stack: () => TestStack): void {
  describe('an operator in Temporal', () => {
    handTests(stack);
  });
  describe('secrets', () => {
    secretTests(stack);
  });
}
