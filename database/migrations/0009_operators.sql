-- What operators need: every entry of the trail says what it changed, so that the trail alone gives the cart back; carts can be locked,
-- and searched in pages by the time they were made, which never changes.

ALTER TABLE cart_audit ADD COLUMN change jsonb;
COMMENT ON COLUMN cart_audit.change IS 'CartChange (cart/change.ts): what the cart looked like after, where it differs from before. Null before this migration.';

CREATE OR REPLACE VIEW cart_trail AS
  SELECT cart_id, version, workflow_id, kind, operation, actor, key_hash, request_id, at, change
  FROM (SELECT *, max(at) OVER (PARTITION BY cart_id ORDER BY version) AS newest FROM cart_audit) AS entries
  WHERE at >= newest;

-- The acts of one bulk action, to be counted.
CREATE INDEX cart_audit_by_bulk_action ON cart_audit (request_id) WHERE request_id LIKE 'bulk-action:%';

ALTER TABLE carts ADD COLUMN is_locked boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN carts.is_locked IS 'An operator has locked the cart: shoppers read and do not write.';

CREATE INDEX carts_by_creation ON carts (created_at, cart_id);
CREATE INDEX carts_locked ON carts (created_at, cart_id) WHERE is_locked;
CREATE INDEX finished_carts_by_creation ON finished_carts (created_at, cart_id);
CREATE INDEX finished_carts_by_sku ON finished_carts USING gin ((state -> 'lines') jsonb_path_ops);
