/**
 * Deletes rows whose time is over, a portion at a time, by subject. What is still needed is never deleted, however old: open carts and their
 * trails, orders with all that belongs to them, money that moved, promises that are not kept yet (docs/operating/retention.md).
 */
import type { RetentionStep } from '../contract/retention.ts';
import { forgetCheckoutContacts, forgetContacts } from './forget-contacts.ts';
import { before, type Forget, portion } from './forget-portion.ts';

const DAY_MS = 86_400_000;

/** Rate limits count minutes; runs are for people who look back. */
const RATE_LIMIT_AGE_MS = 3_600_000;
const RUNS_AGE_MS = 90 * DAY_MS;

const requests: Forget = async (tx, { policy, limit }) => {
  const contacts = await tx`
    DELETE FROM contact_requests USING (
      SELECT owner_hash, key_hash FROM contact_requests WHERE at < ${before(tx, policy.requestsMs)}
      ORDER BY at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE contact_requests.owner_hash = old.owner_hash AND contact_requests.key_hash = old.key_hash`;
  const { count } = await tx`
    DELETE FROM cart_requests USING (
      SELECT workflow_id, key_hash FROM cart_requests WHERE at < ${before(tx, policy.requestsMs)}
      ORDER BY at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE cart_requests.workflow_id = old.workflow_id AND cart_requests.key_hash = old.key_hash`;
  const deleted = { cart_requests: count, contact_requests: contacts.count };
  return portion(deleted, Math.max(count, contacts.count), limit);
};

const rateLimits: Forget = async (tx, { limit }) => {
  const { count } = await tx`
    DELETE FROM rate_limits USING (
      SELECT key FROM rate_limits WHERE expire < (extract(epoch FROM ${before(tx, RATE_LIMIT_AGE_MS)}) * 1000)::bigint
      LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE rate_limits.key = old.key`;
  return portion({ rate_limits: count }, count, limit);
};

/** Sent or cancelled: what is still to be sent stays, however late it is. */
const outbox: Forget = async (tx, { policy, limit }) => {
  const { count } = await tx`
    DELETE FROM outbox USING (
      SELECT outbox_id FROM outbox
      WHERE (sent_at IS NOT NULL OR cancelled_at IS NOT NULL) AND GREATEST(sent_at, cancelled_at) < ${before(tx, policy.outboxMs)}
      ORDER BY GREATEST(sent_at, cancelled_at) LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE outbox.outbox_id = old.outbox_id`;
  return portion({ outbox: count }, count, limit);
};

/** Of checkouts that came to nothing; their lines go with them. Held and sold units are never touched. */
const reservations: Forget = async (tx, { policy, limit }) => {
  const { count } = await tx`
    DELETE FROM reservations USING (
      SELECT checkout_id FROM reservations AS released
      WHERE status = 'released' AND settled_at < ${before(tx, policy.cartsMs)}
        AND NOT EXISTS (SELECT FROM orders WHERE orders.checkout_id = released.checkout_id)
      ORDER BY settled_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE reservations.checkout_id = old.checkout_id`;
  return portion({ reservations: count }, count, limit);
};

/** What was shown of checkouts. One that still goes on says so itself. */
const checkouts: Forget = async (tx, { policy, limit }) => {
  const { count } = await tx`
    DELETE FROM checkouts USING (
      SELECT checkout_id FROM checkouts WHERE updated_at < ${before(tx, policy.cartsMs)}
      ORDER BY updated_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE checkouts.checkout_id = old.checkout_id`;
  return portion({ checkouts: count }, count, limit);
};

/** With all that was said about them. Only where no money ever moved: what was captured or refunded is kept as orders are. */
const payments: Forget = async (tx, { policy, limit }) => {
  const [row] = await tx<{ payments: number; events: number }[]>`
    WITH old AS (
      SELECT checkout_id FROM payments AS failed
      WHERE status IN ('failed', 'cancelled') AND updated_at < ${before(tx, policy.trailsMs)}
        AND NOT EXISTS (SELECT FROM orders WHERE orders.checkout_id = failed.checkout_id)
        AND NOT EXISTS (SELECT FROM reservations WHERE reservations.checkout_id = failed.checkout_id AND status <> 'released')
        AND NOT EXISTS (
          SELECT FROM payment_events AS event WHERE event.checkout_id = failed.checkout_id
            AND (type IN ('payment.captured', 'payment.refunded') OR received_at >= ${before(tx, policy.trailsMs)})
        )
      ORDER BY updated_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), events AS (
      DELETE FROM payment_events USING old WHERE payment_events.checkout_id = old.checkout_id RETURNING 1
    ), gone AS (
      DELETE FROM payments USING old WHERE payments.checkout_id = old.checkout_id RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) AS payments, (SELECT count(*) FROM events) AS events`;
  const { payments: count = 0, events = 0 } = row ?? {};
  return portion({ payments: count, payment_events: events }, count, limit);
};

/** Events of payments that the shop has never had. Those that tell of money stay: somebody will ask for it. */
const strayEvents: Forget = async (tx, { policy, limit }) => {
  const { count } = await tx`
    DELETE FROM payment_events USING (
      SELECT provider, event_id FROM payment_events
      WHERE outcome = 'unknown' AND received_at < ${before(tx, policy.trailsMs)}
        AND type NOT IN ('payment.captured', 'payment.refunded')
      ORDER BY received_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE payment_events.provider = old.provider AND payment_events.event_id = old.event_id`;
  return portion({ payment_events: count }, count, limit);
};

/** A generation that the read model still shows as open is left to reconcile, which may ask how it ended. */
const finishedCarts: Forget = async (tx, { policy, limit }) => {
  const { count } = await tx`
    DELETE FROM finished_carts USING (
      SELECT cart_id FROM finished_carts AS finished
      WHERE finished_at < ${before(tx, policy.cartsMs)}
        AND NOT EXISTS (SELECT FROM carts WHERE carts.cart_id = finished.cart_id AND carts.status IN ('active', 'checkout'))
      ORDER BY finished_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE finished_carts.cart_id = old.cart_id`;
  return portion({ finished_carts: count }, count, limit);
};

/** Rows of ended workflows. Where the trail does not say that the cart ended, the row does, and stays as long as the trail. */
const carts: Forget = async (tx, { policy, limit }) => {
  const { count } = await tx`
    DELETE FROM carts USING (
      SELECT workflow_id FROM carts AS closed
      WHERE status IN ('merged', 'expired') AND updated_at < ${before(tx, policy.cartsMs)}
        AND published_at < ${before(tx, policy.cartsMs)}
        AND (
          NOT EXISTS (SELECT FROM cart_audit WHERE cart_audit.cart_id = closed.cart_id)
          OR EXISTS (
            SELECT FROM cart_audit WHERE cart_audit.cart_id = closed.cart_id AND change ->> 'status' IN ('merged', 'expired')
          )
        )
      ORDER BY updated_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE carts.workflow_id = old.workflow_id`;
  return portion({ carts: count }, count, limit);
};

/** A cart's trail goes as a whole, and only through `forget_trails`: a tenth as many carts, for each has many entries. */
const trails: Forget = async (tx, { policy, limit }) => {
  const [row] = await tx<{ entries: number }[]>`
    SELECT forget_trails(${policy.trailsMs} * interval '1 millisecond', ${Math.ceil(limit / 10)}) AS entries`;
  const entries = row?.entries ?? 0;
  return entries === 0 ? { deleted: {} } : { deleted: { cart_audit: entries }, next: '' };
};

const runs: Forget = async (tx) => {
  const age = before(tx, RUNS_AGE_MS);
  const reconcile = await tx`DELETE FROM reconcile_runs WHERE finished_at < ${age}`;
  const retention = await tx`DELETE FROM retention_runs WHERE finished_at < ${age}`;
  return { deleted: { reconcile_runs: reconcile.count, retention_runs: retention.count } };
};

/** Every one of them, repeated or done by two at once, deletes each row once. */
export const FORGET: Readonly<Record<RetentionStep, Forget>> = {
  requests,
  rateLimits,
  outbox,
  checkoutContacts: forgetCheckoutContacts,
  contacts: forgetContacts,
  reservations,
  checkouts,
  payments,
  strayEvents,
  finishedCarts,
  carts,
  trails,
  runs,
};
