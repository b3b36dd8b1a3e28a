/** The gateway against a real server: what one API process, or two, may rely on. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CartGone, type CartOwner } from '../../api/carts.ts';
import type { CartRequest } from '../../contract/operations.ts';
import { eventually } from '../support/eventually.ts';
import { createGateway, freshOwner, type Gateway } from '../support/gateways.ts';
import { type RequestOverrides, requestFor } from '../support/requests.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
let gateway: Gateway;
let other: Gateway;
beforeAll(async () => {
  temporal = await createTestTemporal();
  gateway = createGateway(temporal.taskQueue);
  other = createGateway(temporal.taskQueue);
});
afterEach(() => temporal.databaseGate.open());
afterAll(async () => {
  await gateway?.close();
  await other?.close();
  await temporal?.close();
});

const MAY_CREATE = { mayCreate: true };

async function addRequest(quantity = 1, overrides: RequestOverrides = {}): Promise<CartRequest> {
  return requestFor(await temporal.cart().addOf('T-A', quantity), overrides);
}

const rowOf = async ({ workflowId }: CartOwner) => {
  const [row] = await temporal.sql`SELECT * FROM carts WHERE workflow_id = ${workflowId}`;
  return row;
};

describe('a write', () => {
  test('creates the cart where it may, and finds it again', async () => {
    const owner = freshOwner();
    expect(await gateway.submit(owner, await addRequest(2), MAY_CREATE)).toMatchObject({
      version: 1,
    });
    expect(await gateway.submit(owner, await addRequest(), MAY_CREATE)).toMatchObject({ version: 2 });
    expect(await other.submit(owner, await addRequest(), MAY_CREATE)).toMatchObject({ version: 3 });
    expect(await gateway.queryView(owner)).toMatchObject({ version: 3, totalQuantity: 4 });
  });

  test('to an absent cart that it may not create is undefined, and starts nothing', async () => {
    const owner = freshOwner();
    const request = requestFor({ type: 'clear' });
    expect(await gateway.submit(owner, request, { mayCreate: false })).toBeUndefined();
    expect(await gateway.queryView(owner)).toBeUndefined();
    expect(await gateway.queryStatus(owner, request.key)).toBeUndefined();
  });

  test('that is refused comes back as a receipt', async () => {
    const owner = freshOwner();
    await gateway.submit(owner, await addRequest(), MAY_CREATE);
    const request = requestFor({ type: 'removeItem', lineId: 'l9' });
    expect(await gateway.submit(owner, request, { mayCreate: false })).toMatchObject({
      version: 1,
      refusal: { code: 'line_not_found' },
    });
  });

  test("to a guest's cart that has ended says that it is gone, known or not", async () => {
    const brief = createGateway(temporal.taskQueue, { CART_EXPIRY_GUEST: '300ms' });
    const owner = freshOwner('guest');
    await brief.submit(owner, await addRequest(), MAY_CREATE);
    await eventually(async () => expect((await rowOf(owner))?.status).toBe('expired'));
    await expect(brief.submit(owner, await addRequest(), MAY_CREATE)).rejects.toThrow(CartGone);
    await expect(other.submit(owner, await addRequest(), MAY_CREATE)).rejects.toThrow(CartGone);
    await expect(other.submitAsync(owner, await addRequest())).rejects.toThrow(CartGone);
    expect(await other.submit(owner, requestFor({ type: 'clear' }), { mayCreate: false })).toBeUndefined();
    await brief.close();
  });

  test("to a known customer's cart that has ended begins a new one", async () => {
    const brief = createGateway(temporal.taskQueue, { CART_EXPIRY_CUSTOMER: '300ms' });
    const owner = freshOwner('customer');
    await brief.submit(owner, await addRequest(5), MAY_CREATE);
    await eventually(async () => expect((await rowOf(owner))?.status).toBe('expired'));
    await eventually(async () =>
      expect(await brief.submit(owner, await addRequest(), MAY_CREATE)).toMatchObject({ version: 1 }),
    );
    expect(await rowOf(owner)).toMatchObject({ total_quantity: 1 });
    await brief.close();
  });
});

describe('at the same time', () => {
  test('fifty adds through two API processes end as fifty units in one line, without an error', async () => {
    const owner = freshOwner();
    const requests = await Promise.all(Array.from({ length: 50 }, () => addRequest()));
    const receipts = await Promise.all(
      requests.map((request, index) => (index % 2 ? gateway : other).submit(owner, request, MAY_CREATE)),
    );
    expect(receipts.every((receipt) => receipt?.refusal === undefined)).toBe(true);
    expect(new Set(receipts.map((receipt) => receipt?.version)).size).toBe(50);
    const view = await gateway.queryView(owner);
    expect(view).toMatchObject({ version: 50, itemsCount: 1, totalQuantity: 50 });
    expect((await rowOf(owner))?.total_quantity).toBe(50);
  });

  test('twenty tries of one request have one effect, and all but one are replays', async () => {
    const owner = freshOwner();
    const tries = await Promise.all(
      Array.from({ length: 20 }, () => addRequest(3, { idempotencyKey: 'same' })),
    );
    const receipts = await Promise.all(
      tries.map((request, index) => (index % 2 ? gateway : other).submit(owner, request, MAY_CREATE)),
    );
    expect(receipts.every((receipt) => receipt?.version === 1 && receipt.refusal === undefined)).toBe(true);
    const own = receipts.filter((receipt, index) => receipt?.attempt === tries[index]?.attempt);
    expect(own).toHaveLength(1);
    expect(await gateway.queryView(owner)).toMatchObject({ version: 1, totalQuantity: 3 });
  });

  test('many carts do not wait for each other', async () => {
    const owners = Array.from({ length: 20 }, () => freshOwner());
    await Promise.all(owners.map(async (owner) => gateway.submit(owner, await addRequest(), MAY_CREATE)));
    for (const owner of owners) expect((await rowOf(owner))?.version).toBe(1);
  });
});

describe('a key', () => {
  test('that comes again is a replay: the first attempt and version', async () => {
    const owner = freshOwner();
    const first = await gateway.submit(owner, await addRequest(1, { idempotencyKey: 'k' }), MAY_CREATE);
    await gateway.submit(owner, await addRequest(), MAY_CREATE);
    const again = await other.submit(owner, await addRequest(1, { idempotencyKey: 'k' }), MAY_CREATE);
    expect(again).toEqual(first);
  });

  test('with another request is refused', async () => {
    const owner = freshOwner();
    await gateway.submit(owner, await addRequest(1, { idempotencyKey: 'k' }), MAY_CREATE);
    const reused = await other.submit(owner, await addRequest(2, { idempotencyKey: 'k' }), MAY_CREATE);
    expect(reused).toMatchObject({ refusal: { code: 'idempotency_key_reused' } });
    expect((await gateway.queryView(owner))?.totalQuantity).toBe(1);
  });
});

describe('an asynchronous write', () => {
  test('is applied, and its status is read by its key', async () => {
    const owner = freshOwner();
    const request = await addRequest();
    await gateway.submitAsync(owner, request);
    await eventually(async () =>
      expect(await other.queryStatus(owner, request.key)).toEqual({ status: 'applied', version: 1 }),
    );
  });

  test('is pending while the catalogue is out of reach, and refused or applied after', async () => {
    const owner = freshOwner();
    await gateway.submit(owner, await addRequest(), MAY_CREATE);
    const priced = requestFor({ type: 'addItem', sku: 'T-B', quantity: 1 });
    const unknown = requestFor({ type: 'removeItem', lineId: 'l9' });
    temporal.databaseGate.shut();
    await gateway.submitAsync(owner, priced);
    await gateway.submitAsync(owner, unknown);
    await eventually(async () =>
      expect(await other.queryStatus(owner, priced.key)).toEqual({ status: 'pending' }),
    );
    expect(await other.queryStatus(owner, unknown.key)).toMatchObject({
      status: 'refused',
      refusal: { code: 'line_not_found' },
    });
    temporal.databaseGate.open();
    await eventually(
      async () =>
        expect(await other.queryStatus(owner, priced.key)).toEqual({ status: 'applied', version: 2 }),
      { within: 20_000 },
    );
    await eventually(async () => {
      const rows = await temporal.sql`SELECT status FROM cart_requests WHERE key_hash = ${unknown.key}`;
      expect(rows).toEqual([{ status: 'refused' }]);
    });
  });

  test('that creates nothing does nothing where there is no cart', async () => {
    const owner = freshOwner();
    await gateway.submitAsync(owner, requestFor({ type: 'clear' }));
    expect(await gateway.queryView(owner)).toBeUndefined();
  });
});
