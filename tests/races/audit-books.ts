/** What must be so once nobody races any more: stock, reservations, orders and payments agree, and nothing is left over. */
import type { Sql } from '../../database/client.ts';

type Counts = Record<string, number>;

const sentences = (counts: Counts | undefined): string[] =>
  Object.entries(counts ?? {}).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));

/** Sentences; none where all is well. */
export async function auditBooks(sql: Sql): Promise<string[]> {
  const [row] = await sql<Counts[]>`
    SELECT
      (SELECT count(*) FROM stock WHERE held <> 0) AS "SKUs with holds left",
      (SELECT count(*) FROM reservations WHERE status = 'held') AS "orphan holds",
      (SELECT count(*) FROM orders LEFT JOIN reservations USING (checkout_id)
        WHERE reservations.status IS DISTINCT FROM 'committed') AS "orphan orders",
      (SELECT count(*) FROM reservations LEFT JOIN orders USING (checkout_id)
        WHERE status = 'committed' AND order_id IS NULL) AS "sold without an order",
      (SELECT count(*) FROM orders WHERE NOT EXISTS (
        SELECT FROM outbox WHERE purpose = 'order_confirmation' AND key = order_id)) AS "orders without a confirmation",
      (SELECT count(*) FROM orders WHERE total <> payment_amount
        OR total <> (SELECT sum(total) FROM order_lines WHERE order_lines.order_id = orders.order_id)) AS "orders that differ from payment or lines"`;
  return sentences(row);
}

/** The shop's books held against the test provider's. */
export async function auditPayments(sql: Sql): Promise<string[]> {
  const [row] = await sql<Counts[]>`
    SELECT
      (SELECT count(*) FROM test_payments.payments AS p WHERE status = 'captured'
        AND NOT EXISTS (SELECT FROM orders WHERE orders.checkout_id = p.checkout_id)) AS "paid without an order",
      (SELECT count(*) FROM orders WHERE payment_amount > 0 AND NOT EXISTS (
        SELECT FROM test_payments.payments AS p WHERE p.checkout_id = orders.checkout_id AND p.status = 'captured'
          AND p.amount = orders.payment_amount)) AS "orders that nobody paid",
      (SELECT count(*) FROM (SELECT checkout_id FROM test_payments.payments GROUP BY checkout_id HAVING count(*) > 1) AS twice)
        AS "checkouts with two payments"`;
  return sentences(row);
}
