/** Whose a cart or an order is, by pseudonym: also of carts that ended long ago and are known by their order only. */
import type { Sql } from './client.ts';

export interface CartOwnership {
  ownerHash: string;
  ownerKind: 'guest' | 'customer';
  /** Of the owner's cart; undefined where only an order is left. */
  workflowId: string | undefined;
}

interface OwnerRow {
  ownerHash: string;
  ownerKind: 'guest' | 'customer';
  workflowId: string | null;
}

/** `id`: a cart's public id or workflow id, or an order's id. Undefined for anything else. */
export async function findOwner(sql: Sql, id: string): Promise<CartOwnership | undefined> {
  const [row] = await sql<OwnerRow[]>`
    SELECT owner_hash AS "ownerHash", owner_kind AS "ownerKind", workflow_id AS "workflowId" FROM (
      SELECT owner_hash, owner_kind, workflow_id, 0 AS rank FROM carts WHERE cart_id = ${id} OR workflow_id = ${id}
      UNION ALL
      SELECT owner_hash, owner_kind, workflow_id, 1 FROM finished_carts WHERE cart_id = ${id}
      UNION ALL
      SELECT owner_hash, owner_kind, NULL, 2 FROM orders WHERE cart_id = ${id} OR order_id = ${id}
    ) AS found ORDER BY rank LIMIT 1`;
  return row && { ...row, workflowId: row.workflowId ?? undefined };
}
