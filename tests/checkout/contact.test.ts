/** The address of a checkout is a contact as well: with consent where it was given, else for those who have bought before. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecipient } from '../../database/contacts.ts';
import { type CheckoutShop, createCheckoutShop, type Shopper } from '../support/checkout-shop.ts';
import { eventually } from '../support/eventually.ts';

let shop: CheckoutShop;

beforeAll(async () => {
  shop = await createCheckoutShop();
});
afterAll(() => shop.close());

async function recipientOf(shopper: Shopper) {
  const { id } = (await shopper.cart()).body;
  const [row] = await shop.temporal.sql<{ ownerHash: string }[]>`
    SELECT owner_hash AS "ownerHash" FROM carts WHERE cart_id = ${id as string}`;
  return await readRecipient(shop.temporal.sql, row?.ownerHash ?? '');
}

const ordered = (shopper: Shopper) =>
  eventually(async () => (await shopper.checkout()).body.status === 'completed', { within: 20_000 });

test.each([
  [true, 'consent'],
  [undefined, null],
  [false, null],
] as const)('marketingConsent %s gives the basis %s', async (marketingConsent, basis) => {
  const shopper = await shop.guest(['T-A', 1]);
  const begun = await shopper.begin({
    email: 'Anna@Example.com',
    testOutcome: 'never',
    ...(marketingConsent === undefined ? {} : { marketingConsent }),
  });
  expect(begun.status, begun.text).toBe(201);
  expect(await recipientOf(shopper)).toMatchObject({ email: 'Anna@example.com', basis });
  const [row] = await shop.temporal.sql`
    SELECT consent_source FROM contacts ORDER BY updated_at DESC LIMIT 1`;
  expect(row).toEqual({ consent_source: basis === null ? null : 'checkout' });
  await shopper.cancel();
});

test('who has ordered may be written to, unless they said no', async () => {
  const [silent, refusing] = [await shop.guest(['T-A', 1]), await shop.guest(['T-A', 1])];
  await silent.begin({ email: 'silent@example.com' });
  await refusing.begin({ email: 'refusing@example.com', marketingConsent: false });
  await Promise.all([ordered(silent), ordered(refusing)]);
  expect(await recipientOf(silent)).toMatchObject({ basis: 'customer' });
  expect(await recipientOf(refusing)).toMatchObject({ basis: null });
});

test('a consent from before outlasts a checkout that says nothing, for its own address', async () => {
  const shopper = await shop.guest(['T-A', 1]);
  await shopper.ask('PUT', '/cart/contact', { email: 'mine@example.com', marketingConsent: true });
  await shopper.begin({ email: 'gift@example.com', testOutcome: 'never' });
  expect(await recipientOf(shopper)).toMatchObject({ email: 'mine@example.com', basis: 'consent' });
  await shopper.cancel();
});
