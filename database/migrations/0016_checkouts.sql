-- What shoppers see of their checkouts. Its workflow holds the truth, and publishes it once the shopper can pay and once it has ended; in
-- between nothing that is shown changes.

CREATE TABLE checkouts (
  checkout_id text PRIMARY KEY CHECK (checkout_id <> ''),
  status      text NOT NULL,
  stage       smallint NOT NULL,
  view        text NOT NULL,
  updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX checkouts_by_age ON checkouts (updated_at);
COMMENT ON TABLE checkouts IS 'The published view of each checkout. None: it is being prepared, or is older than retention keeps it.';
COMMENT ON COLUMN checkouts.stage IS 'Grows along the way of a checkout (database/checkout-views.ts): a late writer never brings back what was so before.';
COMMENT ON COLUMN checkouts.view IS 'CheckoutView (contract/checkouts.ts) as JSON text. Nothing about a person.';
