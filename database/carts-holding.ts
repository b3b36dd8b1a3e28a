/** Which open carts hold a SKU, in an order that stays the same while carts come and go. */
import type { Sql } from './client.ts';

/** Workflow ids after `after`, in order; fewer than `limit` on the last page. */
export async function readCartsHolding(
  sql: Sql,
  sku: string,
  page: { after: string; limit: number },
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    SELECT workflow_id AS id FROM carts
    WHERE line_skus @> ${[sku]}::text[] AND status = 'active' AND workflow_id > ${page.after}
    ORDER BY workflow_id LIMIT ${page.limit}`;
  return rows.map(({ id }) => id);
}
