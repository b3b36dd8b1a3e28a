-- What is not needed any more is deleted after its time (docs/operating/retention.md): indexes that find it by age, the book of runs, and
-- the one way to take anything out of the audit trail.

CREATE INDEX outbox_settled ON outbox (GREATEST(sent_at, cancelled_at)) WHERE sent_at IS NOT NULL OR cancelled_at IS NOT NULL;
CREATE INDEX finished_carts_by_end ON finished_carts (finished_at);
CREATE INDEX reservations_released ON reservations (settled_at) WHERE status = 'released';
CREATE INDEX payments_without_money ON payments (updated_at) WHERE status IN ('failed', 'cancelled');
CREATE INDEX payment_events_unknown ON payment_events (received_at) WHERE outcome = 'unknown';
CREATE INDEX IF NOT EXISTS orders_by_cart ON orders (cart_id);
-- Where a trail ends without an order: one entry for each such cart, gone with its trail.
CREATE INDEX cart_audit_ends ON cart_audit (at) WHERE change ->> 'status' IN ('merged', 'expired');

CREATE TABLE retention_runs (
  number        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workflow_id   text NOT NULL,
  run_id        text NOT NULL UNIQUE,
  trigger       text NOT NULL CHECK (trigger IN ('schedule', 'operator')),
  status        text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'finished', 'failed', 'cancelled', 'lost')),
  started_at    timestamptz NOT NULL DEFAULT now(),
  progressed_at timestamptz NOT NULL DEFAULT now(),
  finished_at   timestamptz CHECK ((finished_at IS NULL) = (status = 'running')),
  deleted       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(deleted) = 'object'),
  failed        jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(failed) = 'array')
);
CREATE INDEX retention_runs_running ON retention_runs (number) WHERE status = 'running';
COMMENT ON TABLE retention_runs IS 'Runs of retention (docs/operating/retention.md).';
COMMENT ON COLUMN retention_runs.run_id IS 'Temporal run id of the workflow''s first run.';
COMMENT ON COLUMN retention_runs.status IS 'lost: it stopped reporting, and a later run has noticed.';
COMMENT ON COLUMN retention_runs.deleted IS 'Rows by table, counted in the transactions that deleted them.';
COMMENT ON COLUMN retention_runs.failed IS 'Steps that could not be done.';

-- Deletes the whole trails of up to `carts_max` carts that ended without an order, and whose last entry is older than `age`: never less than
-- 30 days, whatever is asked for. Runs with the rights of the tables' owner, for the processes of the shop may not delete from the trail.
-- A trail ends with an entry that says merged or expired; where a cart was lost and its row closed by reconcile, the row says it.
CREATE FUNCTION forget_trails(age interval, carts_max integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  youngest CONSTANT timestamptz := now() - GREATEST(age, interval '30 days');
  ended text[];
  entries bigint;
BEGIN
  ended := ARRAY(
    SELECT ending.cart_id FROM cart_audit AS ending
    WHERE ending.change ->> 'status' IN ('merged', 'expired') AND ending.at < youngest
      AND NOT EXISTS (SELECT FROM cart_audit AS later WHERE later.cart_id = ending.cart_id AND later.at > ending.at)
      AND NOT EXISTS (SELECT FROM carts AS living WHERE living.cart_id = ending.cart_id AND living.status IN ('active', 'checkout'))
      AND NOT EXISTS (SELECT FROM orders WHERE orders.cart_id = ending.cart_id)
    ORDER BY ending.at LIMIT LEAST(carts_max, 1000)
  ) || ARRAY(
    SELECT closed.cart_id FROM carts AS closed
    WHERE closed.status IN ('merged', 'expired') AND closed.updated_at < youngest AND closed.published_at < youngest
      AND EXISTS (SELECT FROM cart_audit AS entry WHERE entry.cart_id = closed.cart_id)
      AND NOT EXISTS (SELECT FROM cart_audit AS entry WHERE entry.cart_id = closed.cart_id AND entry.at >= youngest)
      AND NOT EXISTS (SELECT FROM orders WHERE orders.cart_id = closed.cart_id)
    ORDER BY closed.updated_at LIMIT LEAST(carts_max, 1000)
  );
  -- Lets nobody else delete: the caller, whose transaction it is, has no right to.
  PERFORM set_config('cartwright.retention', 'on', true);
  DELETE FROM cart_audit WHERE cart_id = ANY (ended);
  GET DIAGNOSTICS entries = ROW_COUNT;
  PERFORM set_config('cartwright.retention', 'off', true);
  RETURN entries;
END $$;
COMMENT ON FUNCTION forget_trails IS 'The only way for the shop''s processes to delete from cart_audit: whole trails of carts that ended without an order, 30 days or longer ago.';

-- Names are looked up where the tables are, and nowhere that a caller chooses. Who may call it is in database/grant-roles.ts.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION forget_trails SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE ALL ON FUNCTION forget_trails FROM PUBLIC;
