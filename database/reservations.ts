/**
 * Reservations as SQL: all units of a checkout are held, given back or sold, or none. Every function is idempotent by checkout id and safe
 * against its own late twin: what has ended never begins again.
 */
import type { Shortage } from '../contract/operations.ts';
import type {
  ReleaseRequest,
  ReservationRequest,
  SettledReservation,
  StockItem,
} from '../contract/reservations.ts';
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';
import { orLacking } from './stock.ts';

export type Reserved =
  | { status: 'held'; heldUntil: number }
  | { status: 'released' }
  | { status: 'committed' }
  | { status: 'lacking'; shortages: Shortage[] }
  | { status: 'too_many' };

export interface StoredReservation {
  status: 'held' | 'released' | 'committed';
  /** Epoch ms. */
  heldUntil: number;
  isCaptured: boolean;
  items: StockItem[];
}

const columns = (sql: Sql) => sql`
  status, (extract(epoch FROM held_until) * 1000)::bigint AS "heldUntil", captured_at IS NOT NULL AS "isCaptured",
  reservation_items(checkout_id) AS items`;

/** Undefined for a checkout that never reserved nor released anything. */
export async function readReservation(sql: Sql, checkoutId: string): Promise<StoredReservation | undefined> {
  const [row] = await sql<StoredReservation[]>`
    SELECT ${columns(sql)} FROM reservations WHERE checkout_id = ${checkoutId}`;
  return row;
}

function sameItems(one: readonly StockItem[], other: readonly StockItem[]): boolean {
  const units = new Map<string, number>();
  for (const { sku, quantity } of one) units.set(sku, (units.get(sku) ?? 0) + quantity);
  for (const { sku, quantity } of other) units.set(sku, (units.get(sku) ?? 0) - quantity);
  return [...units.values()].every((difference) => difference === 0);
}

async function reserveAll(sql: Sql, request: ReservationRequest): Promise<Reserved> {
  const { checkoutId, cartId, ownerHash, heldUntil, items, openCheckoutsMax } = request;
  const [known] = await sql<StoredReservation[]>`
    SELECT ${columns(sql)} FROM reserve_stock(
      ${checkoutId}, ${cartId}, ${ownerHash}, ${new Date(heldUntil)}, ${jsonText(items)}::text::jsonb, ${openCheckoutsMax}
    )`;
  if (!known) return { status: 'too_many' };
  if (known.status !== 'held') return { status: known.status };
  // None are seen by the statement that wrote them; a repeat sees what it must agree with.
  if (known.items.length > 0 && !sameItems(known.items, items))
    throw new Error(`Checkout ${checkoutId} holds other units than are asked for now`);
  return { status: 'held', heldUntil: known.heldUntil };
}

/** Holds all items or none. Called again for the same checkout, it answers what is so now and changes nothing. */
export const reserve = (sql: Sql, request: ReservationRequest): Promise<Reserved> =>
  orLacking(() => reserveAll(sql, request));

/**
 * Gives the units back, exactly once. A checkout that has not reserved yet is marked, so that its reservation, should it come
 * late, holds nothing. What is sold stays sold: then the answer says `committed`.
 */
export async function release(sql: Sql, request: ReleaseRequest): Promise<SettledReservation> {
  const { checkoutId, cartId, ownerHash, reason } = request;
  const [row] = await sql<{ isNew: boolean }[]>`
    SELECT release_stock(${checkoutId}, ${cartId}, ${ownerHash}, ${reason}) AS "isNew"`;
  if (row?.isNew) return { status: 'released', isNew: true };
  const known = await readReservation(sql, checkoutId);
  return { status: known?.status === 'committed' ? 'committed' : 'released', isNew: false };
}

/**
 * Notes that money was taken, after which no deadline ends the hold by itself. Returns what the hold is now: `released` means that the
 * order has to find its units anew. Undefined for an unknown checkout.
 */
export async function markCaptured(
  sql: Sql,
  checkoutId: string,
): Promise<StoredReservation['status'] | undefined> {
  await sql`
    UPDATE reservations SET captured_at = now()
    WHERE checkout_id = ${checkoutId} AND status = 'held' AND captured_at IS NULL`;
  return (await readReservation(sql, checkoutId))?.status;
}

/**
 * The safety net behind the checkouts' own timers: gives back holds that are overdue by more than `graceMs`, each in a transaction of its
 * own, and returns their checkout ids. Never one whose order exists or whose payment was captured. Several sweeps at once are fine.
 */
export async function releaseOverdue(
  sql: Sql,
  { graceMs, limit }: { graceMs: number; limit: number },
): Promise<string[]> {
  const grace = `${graceMs} milliseconds`;
  const overdue = await sql<{ checkoutId: string }[]>`
    SELECT checkout_id AS "checkoutId" FROM reservations
    WHERE status = 'held' AND captured_at IS NULL AND held_until <= now() - ${grace}::text::interval
    ORDER BY held_until LIMIT ${limit}`;
  const released: string[] = [];
  for (const { checkoutId } of overdue) {
    const [row] = await sql<{ isReleased: boolean }[]>`
      SELECT release_overdue_stock(${checkoutId}, ${grace}::text::interval) AS "isReleased"`;
    if (row?.isReleased) released.push(checkoutId);
  }
  return released;
}
