-- What a shopper has said about mails, in its order; how many mails one address may get; which requests about a contact have been done.

ALTER TABLE contacts ADD COLUMN objected_at timestamptz;
COMMENT ON COLUMN contacts.objected_at IS 'When the shopper said no last. Only a later yes counts; without one not even an earlier order is a reason to write.';

ALTER TABLE outbox ADD COLUMN address_hash text;
CREATE INDEX outbox_by_address ON outbox (address_hash, created_at) WHERE address_hash IS NOT NULL;
COMMENT ON COLUMN outbox.address_hash IS 'contacts.address_hash when it was promised: bounds what one address gets from all carts together, even after erasure.';

CREATE TABLE contact_requests (
  owner_hash  text NOT NULL,
  key_hash    text NOT NULL,
  fingerprint text NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (owner_hash, key_hash)
);
CREATE INDEX contact_requests_by_age ON contact_requests (at);
COMMENT ON TABLE contact_requests IS 'Idempotency keys of PUT /cart/contact: a late retry neither undoes a later word nor brings an erased address back.';
COMMENT ON COLUMN contact_requests.fingerprint IS 'Keyed hash of the request.';
