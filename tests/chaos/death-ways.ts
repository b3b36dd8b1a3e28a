/** The ways that checkouts go while their workers die: all stories, with what the whole provider would do wrong done to one payment only. */
import { eventually } from '../support/eventually.ts';
import { STORIES, type Story, type StoryShop } from '../checkout/stories.ts';

/** The provider has the money and tells nobody. */
async function payUnheard(shop: StoryShop, checkoutId: string): Promise<void> {
  const { sql } = shop.provider.database;
  await sql`UPDATE test_payments.payments SET status = 'captured' WHERE checkout_id = ${checkoutId}`;
}

/** The database takes no order of this checkout until a person has been told of it. */
async function payWhereNoOrderIsTaken(shop: StoryShop, checkoutId: string): Promise<void> {
  const { sql } = shop.temporal;
  await sql.unsafe(
    `ALTER TABLE orders ADD CONSTRAINT no_order CHECK (checkout_id <> '${checkoutId}') NOT VALID`,
  );
  try {
    await shop.pay(checkoutId, 'pay');
    await eventually(
      async () => {
        const told = await sql`
          SELECT FROM alarms WHERE subject = ${checkoutId} AND kind = 'paid_without_order'`;
        return told.count === 1;
      },
      { within: shop.patienceMs ?? 60_000, every: 150 },
    );
  } finally {
    await sql`ALTER TABLE orders DROP CONSTRAINT no_order`;
  }
}

const UNHEARD = 'a payment whose events are late';

const never = { end: 'completed', testOutcome: 'never' };

/** By what they are called in reports. */
export const WAYS: Record<string, Story> = {
  ...STORIES,
  [UNHEARD]: { ...never, meanwhile: (shop, _shopper, checkoutId) => payUnheard(shop, checkoutId) },
  'a paid checkout whose order is not taken at first': {
    ...never,
    meanwhile: (shop, _shopper, checkoutId) => payWhereNoOrderIsTaken(shop, checkoutId),
    alarms: ['paid_without_order'],
  },
};
