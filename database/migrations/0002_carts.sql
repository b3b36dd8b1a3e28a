-- The read model: what the cart workflows publish. Temporal holds the truth; all but the trail can be published again.

CREATE TABLE carts (
  workflow_id    text PRIMARY KEY,
  cart_id        text NOT NULL,
  born_at        timestamptz NOT NULL,
  generation     integer NOT NULL,
  version        bigint NOT NULL,
  status         text NOT NULL CHECK (status IN ('active', 'checkout', 'completed', 'merged', 'expired')),
  owner_kind     text NOT NULL CHECK (owner_kind IN ('guest', 'customer')),
  owner_hash     text NOT NULL,
  currency       text NOT NULL,
  view           text NOT NULL,
  line_ids       text[] NOT NULL,
  line_skus      text[] NOT NULL,
  line_revisions bigint[] NOT NULL,
  items_count    integer NOT NULL,
  total_quantity integer NOT NULL,
  total          bigint NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  expires_at     timestamptz,
  published_at   timestamptz NOT NULL DEFAULT now(),
  CHECK (cardinality(line_ids) = cardinality(line_skus) AND cardinality(line_ids) = cardinality(line_revisions))
);
CREATE INDEX carts_by_status ON carts (status, updated_at);
CREATE INDEX carts_by_owner ON carts (owner_hash);
CREATE INDEX carts_by_cart ON carts (cart_id);
CREATE INDEX carts_by_sku ON carts USING gin (line_skus);
COMMENT ON TABLE carts IS 'The newest published state of each cart workflow. A row only moves forward in (born_at, version).';
COMMENT ON COLUMN carts.workflow_id IS 'Temporal workflow id: one active cart per owner.';
COMMENT ON COLUMN carts.cart_id IS 'Public id; a new one for each generation.';
COMMENT ON COLUMN carts.born_at IS 'Start of the workflow''s first run: a cart that comes back under the same id counts its versions anew, from a later birth.';
COMMENT ON COLUMN carts.owner_hash IS 'Pseudonym of the owner; no name, address or token is stored.';
COMMENT ON COLUMN carts.view IS 'The cart view as ready JSON. Text, not jsonb: a read hands it on byte for byte.';
COMMENT ON COLUMN carts.line_revisions IS 'variants.revision that each line was priced with, in the order of line_ids and line_skus.';
COMMENT ON COLUMN carts.published_at IS 'When this row was written, by the database''s clock; updated_at is the cart''s own.';

CREATE TABLE finished_carts (
  cart_id     text PRIMARY KEY,
  workflow_id text NOT NULL,
  born_at     timestamptz NOT NULL,
  generation  integer NOT NULL,
  version     bigint NOT NULL,
  status      text NOT NULL CHECK (status IN ('completed', 'merged', 'expired')),
  owner_kind  text NOT NULL CHECK (owner_kind IN ('guest', 'customer')),
  owner_hash  text NOT NULL,
  currency    text NOT NULL,
  total       bigint NOT NULL,
  state       jsonb NOT NULL,
  view        text NOT NULL,
  created_at  timestamptz NOT NULL,
  finished_at timestamptz NOT NULL
);
CREATE INDEX finished_carts_by_workflow ON finished_carts (workflow_id, finished_at);
CREATE INDEX finished_carts_by_owner ON finished_carts (owner_hash, finished_at);
COMMENT ON TABLE finished_carts IS 'Generations that ended, as they were at the end. Written once.';
COMMENT ON COLUMN finished_carts.state IS 'CartState (cart/state.ts) at the end.';

CREATE TABLE cart_audit (
  cart_id     text NOT NULL,
  version     bigint NOT NULL,
  workflow_id text NOT NULL,
  kind        text NOT NULL CHECK (kind <> ''),
  operation   jsonb,
  actor       text NOT NULL,
  key_hash    text,
  request_id  text NOT NULL,
  at          timestamptz NOT NULL,
  PRIMARY KEY (cart_id, version)
);
CREATE INDEX cart_audit_by_workflow ON cart_audit (workflow_id, at);
COMMENT ON TABLE cart_audit IS 'Every change of every cart, in order; append-only. A retention job deletes after SET LOCAL cartwright.retention = ''on''.';
COMMENT ON COLUMN cart_audit.version IS 'The cart''s version after the change.';
COMMENT ON COLUMN cart_audit.operation IS 'The operation without product facts, enough to play the trail back.';
COMMENT ON COLUMN cart_audit.actor IS 'Kind and pseudonym of who asked.';
COMMENT ON COLUMN cart_audit.key_hash IS 'Hash of the idempotency key; null for what the cart did by itself.';

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('cartwright.retention', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('cart_audit is append-only: %s is refused', TG_OP),
    HINT = 'A retention job may DELETE in a transaction that has run SET LOCAL cartwright.retention = ''on''.';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cart_audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE cart_audit ENABLE ALWAYS TRIGGER append_only;

CREATE TABLE cart_requests (
  workflow_id text NOT NULL,
  key_hash    text NOT NULL,
  fingerprint text NOT NULL,
  request_id  text NOT NULL,
  status      text NOT NULL CHECK (status IN ('applied', 'refused')),
  version     bigint NOT NULL,
  refusal     jsonb CHECK ((refusal IS NOT NULL) = (status = 'refused')),
  outcomes    jsonb NOT NULL,
  at          timestamptz NOT NULL,
  PRIMARY KEY (workflow_id, key_hash)
);
CREATE INDEX cart_requests_by_age ON cart_requests (at);
COMMENT ON TABLE cart_requests IS 'What became of each request with an idempotency key. Applied beats refused, later beats earlier.';
COMMENT ON COLUMN cart_requests.key_hash IS 'Hash of the idempotency key.';
COMMENT ON COLUMN cart_requests.fingerprint IS 'Hash of the request: tells a retry from another request under the same key.';
COMMENT ON COLUMN cart_requests.version IS 'The cart''s version after the request.';
COMMENT ON COLUMN cart_requests.outcomes IS 'Array of OperationOutcome (contract/operations.ts).';
