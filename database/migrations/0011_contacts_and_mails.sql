-- Whom the shop may write to, whom it must not, and what it has promised to send.

CREATE TABLE contacts (
  owner_hash         text PRIMARY KEY,
  contact_id         text NOT NULL UNIQUE CHECK (length(contact_id) >= 22),
  owner_kind         text NOT NULL CHECK (owner_kind IN ('guest', 'customer')),
  email              text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  address_hash       text NOT NULL,
  locale             text CHECK (length(locale) <= 35),
  time_zone          text CHECK (length(time_zone) <= 64),
  consent_at         timestamptz,
  consent_source     text CHECK (consent_source IN ('contact', 'checkout', 'token')),
  consent_request_id text,
  updated_at         timestamptz NOT NULL DEFAULT now(),
  CHECK ((consent_at IS NULL) = (consent_source IS NULL))
);
CREATE INDEX contacts_by_address ON contacts (address_hash);
COMMENT ON TABLE contacts IS 'Addresses for recovery e-mails, and the only place for them. Rows are deleted on erasure.';
COMMENT ON COLUMN contacts.contact_id IS '128 random bits, base64url: what links in mails name instead of the owner.';
COMMENT ON COLUMN contacts.address_hash IS 'Keyed hash of the normalised address: found in the suppression list after the address itself is gone.';
COMMENT ON COLUMN contacts.consent_at IS 'When the shopper agreed to be written to; null: only who has ordered before may be written to.';

CREATE TABLE suppressions (
  address_hash text PRIMARY KEY,
  reason       text NOT NULL CHECK (reason IN ('unsubscribed', 'bounced', 'complaint', 'operator')),
  proof        jsonb NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE suppressions IS 'Addresses that are not written to any more, as keyed hashes; outlasts erasure, or it would be worthless.';
COMMENT ON COLUMN suppressions.proof IS 'How and by which request or message it came about; no address.';

CREATE TABLE erasures (
  erasure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner_hash text NOT NULL,
  actor      text NOT NULL,
  request_id text NOT NULL,
  erased_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX erasures_by_owner ON erasures (owner_hash, erased_at);
COMMENT ON TABLE erasures IS 'That somebody was forgotten, when and by whom. A token from before brings no address back.';

ALTER TABLE outbox
  ADD COLUMN owner_hash text,
  ADD COLUMN cart_id text,
  ADD COLUMN leased_until timestamptz,
  ADD COLUMN cancelled_at timestamptz,
  ADD COLUMN reason text;
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX outbox_by_owner ON outbox (owner_hash) WHERE owner_hash IS NOT NULL;
COMMENT ON COLUMN outbox.leased_until IS 'A worker is at it; after that another may try.';
COMMENT ON COLUMN outbox.cancelled_at IS 'It is not sent, for the reason beside it: conditions have changed, the address is suppressed, the server refused it for good.';

ALTER TABLE carts ADD COLUMN abandoned_at timestamptz;
COMMENT ON COLUMN carts.abandoned_at IS 'Since when the shopper has been away, once the first delay has passed; null while they are there.';

-- Dashboards and operators' logins read everything but this.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cartwright_readonly') THEN
    REVOKE ALL ON contacts FROM cartwright_readonly;
  END IF;
END $$;
