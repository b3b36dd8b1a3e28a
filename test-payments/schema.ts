/**
 * What the test provider keeps, in a PostgreSQL schema of its own: it stands for a foreign company, so none of the shop's migrations know of
 * it. Made at its start, where it is missing.
 */
import type { Sql } from '../database/client.ts';

/** Any fixed number: two providers that start at once make the tables one after the other. */
const LOCK = 0x70617973;

const TABLES = `
CREATE SCHEMA IF NOT EXISTS test_payments;
CREATE TABLE IF NOT EXISTS test_payments.payments (
  payment_id      text PRIMARY KEY,
  checkout_id     text NOT NULL,
  amount          bigint NOT NULL,
  currency        text NOT NULL,
  status          text NOT NULL,
  description     text,
  return_url      text,
  decide_at       timestamptz,
  idempotency_key text NOT NULL UNIQUE,
  fingerprint     text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS payments_by_checkout ON test_payments.payments (checkout_id);
CREATE INDEX IF NOT EXISTS payments_to_decide ON test_payments.payments (decide_at) WHERE status = 'created';
CREATE TABLE IF NOT EXISTS test_payments.deliveries (
  delivery_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id     text NOT NULL,
  body         text NOT NULL,
  signature    text NOT NULL,
  due_at       timestamptz NOT NULL,
  attempts     integer NOT NULL DEFAULT 0,
  delivered_at timestamptz,
  given_up_at  timestamptz,
  last_answer  text
);
CREATE INDEX IF NOT EXISTS deliveries_due ON test_payments.deliveries (due_at)
  WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE TABLE IF NOT EXISTS test_payments.faults (name text PRIMARY KEY, value integer NOT NULL);
`;

/** Called twice, nothing happens. */
export async function ensureSchema(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(${LOCK})`;
    await tx.unsafe(TABLES);
  });
}
