/** Checkouts as shoppers see them: published by their workflows, read and waited for by the API. */
import { moreFinal } from '../cart/payment-state.ts';
import { type CheckoutStatus, type CheckoutView, isOpen } from '../contract/checkouts.ts';
import type { PaymentStatus } from '../contract/payments.ts';
import type { Sql } from './client.ts';

/** One message for each change; its payload is the checkout's id. */
export const CHECKOUT_CHANNEL = 'checkout';

const ON_THE_WAY: readonly CheckoutStatus[] = ['preparing', 'pending', 'paid'];

/** Money that goes back is the only thing that comes after an end. */
const stageOf = (status: CheckoutStatus): number => {
  if (isOpen(status)) return ON_THE_WAY.indexOf(status);
  return status === 'refunded' ? ON_THE_WAY.length + 1 : ON_THE_WAY.length;
};

/** Idempotent. An earlier stage than the one that is there changes nothing. */
export async function publishCheckout(sql: Sql, view: CheckoutView): Promise<void> {
  const { id, status } = view;
  await sql`
    WITH moved AS (
      INSERT INTO checkouts AS former (checkout_id, status, stage, view)
      VALUES (${id}, ${status}, ${stageOf(status)}, ${JSON.stringify(view)})
      ON CONFLICT (checkout_id) DO UPDATE SET status = EXCLUDED.status, stage = EXCLUDED.stage, view = EXCLUDED.view, updated_at = now()
      WHERE former.stage <= EXCLUDED.stage
      RETURNING checkout_id
    )
    SELECT pg_notify(${CHECKOUT_CHANNEL}, checkout_id) FROM moved`;
}

/** While it goes on, with what the provider has said by now: its workflow hears only of what ends the waiting. */
export async function findCheckout(sql: Sql, checkoutId: string): Promise<CheckoutView | undefined> {
  const [row] = await sql<{ view: string; paymentStatus: PaymentStatus | null }[]>`
    SELECT view, payments.status AS "paymentStatus"
    FROM checkouts LEFT JOIN payments USING (checkout_id) WHERE checkout_id = ${checkoutId}`;
  if (!row) return undefined;
  const view = JSON.parse(row.view) as CheckoutView;
  const { payment, status } = view;
  if (!payment || !row.paymentStatus || !isOpen(status)) return view;
  return { ...view, payment: { ...payment, status: moreFinal(payment.status, row.paymentStatus) } };
}
