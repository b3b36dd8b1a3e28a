-- A cart publishes a change within the workflow task that made it. Where that task is lost (its worker or Temporal dies before the task is
-- on record), the change never was, and another change takes its version later. So (cart, version) can come twice, and the later one counts.

ALTER TABLE cart_audit DROP CONSTRAINT cart_audit_pkey;
ALTER TABLE cart_audit ADD PRIMARY KEY (cart_id, version, at);

CREATE VIEW cart_trail AS
  SELECT cart_id, version, workflow_id, kind, operation, actor, key_hash, request_id, at
  FROM (SELECT *, max(at) OVER (PARTITION BY cart_id ORDER BY version) AS newest FROM cart_audit) AS entries
  WHERE at >= newest;
COMMENT ON VIEW cart_trail IS 'The changes that lasted: an entry is left out when one of the same or a lower version is younger.';
