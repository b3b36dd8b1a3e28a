/** What the tables say about a recovery message right before it is sent: one SELECT. */
import { type RecoveryMessage, recoveryKey } from '../contract/abandonment.ts';
import type { Sql } from './client.ts';

export interface RecoveryFacts {
  /** There is an order of this very cart. */
  isOrdered: boolean;
  /** The next message of the same absence is due. */
  isNextDue: boolean;
  /** The cart of the workflow as it is published; null where there is none. */
  cartId: string | null;
  status: string | null;
  /** The cart view as JSON. */
  view: string | null;
}

export async function readRecoveryFacts(sql: Sql, message: RecoveryMessage): Promise<RecoveryFacts> {
  const next = recoveryKey({ ...message, step: message.step + 1 });
  const [row] = await sql<RecoveryFacts[]>`
    SELECT cart_id AS "cartId", status, view,
      EXISTS (SELECT FROM orders WHERE orders.cart_id = ${message.cartId} AND orders.owner_hash = ${message.ownerHash})
        AS "isOrdered",
      EXISTS (SELECT FROM outbox WHERE purpose = 'recovery' AND key = ${next} AND due_at <= now()) AS "isNextDue"
    FROM (SELECT) AS one LEFT JOIN carts ON workflow_id = ${message.workflowId}`;
  return row as RecoveryFacts;
}
