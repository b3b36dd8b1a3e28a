-- Payments: what each checkout is to be paid with, what providers have said about it, and what a person must look at.
-- No card data, no names, no addresses: a payment is an id at its provider.

CREATE TABLE payments (
  checkout_id  text PRIMARY KEY CHECK (checkout_id <> ''),
  provider     text NOT NULL CHECK (provider IN ('test', 'stripe')),
  payment_id   text,
  amount       bigint NOT NULL CHECK (amount BETWEEN 0 AND 9007199254740991),
  currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  status       text NOT NULL DEFAULT 'created'
    CHECK (status IN ('created', 'authorized', 'failed', 'cancelled', 'captured', 'refunded')),
  redirect_url text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  UNIQUE (provider, payment_id)
);
COMMENT ON TABLE payments IS 'The one payment of each checkout. Written before its provider is asked, so that no event comes too early.';
COMMENT ON COLUMN payments.payment_id IS 'The provider''s id; null until the provider has answered or sent an event.';
COMMENT ON COLUMN payments.amount IS 'Minor units. Never changes: another amount is another checkout.';
COMMENT ON COLUMN payments.status IS 'What the set of applied events amounts to (cart/payment-state.ts).';
COMMENT ON COLUMN payments.redirect_url IS 'The provider''s page for the shopper, as it was when the payment was made.';

CREATE TABLE payment_events (
  provider        text NOT NULL CHECK (provider IN ('test', 'stripe')),
  event_id        text NOT NULL CHECK (event_id <> ''),
  type            text NOT NULL CHECK (type ~ '^payment\.[a-z]+$'),
  payment_id      text,
  checkout_id     text NOT NULL,
  amount          bigint NOT NULL,
  currency        text NOT NULL,
  at              timestamptz NOT NULL,
  received_at     timestamptz NOT NULL DEFAULT now(),
  outcome         text NOT NULL CHECK (outcome IN ('applied', 'unknown', 'mismatch')),
  delivered_at    timestamptz,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  attempts        integer NOT NULL DEFAULT 0,
  PRIMARY KEY (provider, event_id)
);
CREATE INDEX payment_events_by_checkout ON payment_events (checkout_id);
CREATE INDEX payment_events_waiting ON payment_events (provider, payment_id) WHERE outcome = 'unknown';
CREATE INDEX payment_events_undelivered ON payment_events (next_attempt_at)
  WHERE outcome = 'applied' AND delivered_at IS NULL;
COMMENT ON TABLE payment_events IS 'Every genuine event of a provider, once, with what became of it; in one transaction with its effect on payments.';
COMMENT ON COLUMN payment_events.outcome IS 'applied: counts. unknown: no such payment yet, applied as soon as there is one. mismatch: says something else than the payment, never applied.';
COMMENT ON COLUMN payment_events.delivered_at IS 'When the checkout''s workflow was told; null: still to do.';
COMMENT ON COLUMN payment_events.next_attempt_at IS 'Until then whoever delivers it now is left alone.';

CREATE TABLE alarms (
  alarm_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind       text NOT NULL CHECK (kind ~ '^[a-z_]+$'),
  subject    text NOT NULL,
  facts      jsonb NOT NULL DEFAULT '{}',
  raised_at  timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  UNIQUE (kind, subject)
);
CREATE INDEX alarms_open ON alarms (raised_at) WHERE settled_at IS NULL;
COMMENT ON TABLE alarms IS 'What a person must look at. Raised once per kind and subject; settled_at is set by whoever has dealt with it.';
COMMENT ON COLUMN alarms.facts IS 'What is needed to judge it: ids, amounts, times. Nothing about a person.';
