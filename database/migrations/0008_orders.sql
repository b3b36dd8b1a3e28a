-- Orders: facts that never change, beside the personal data that can be erased, and what is still to be told to others.

CREATE TABLE orders (
  order_id           text PRIMARY KEY CHECK (length(order_id) >= 22),
  checkout_id        text NOT NULL UNIQUE,
  cart_id            text NOT NULL,
  owner_kind         text NOT NULL CHECK (owner_kind IN ('guest', 'customer')),
  owner_hash         text NOT NULL,
  currency           text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  prices_include_tax boolean NOT NULL,
  subtotal           bigint NOT NULL CHECK (subtotal >= 0),
  discount_total     bigint NOT NULL CHECK (discount_total BETWEEN 0 AND subtotal),
  shipping_total     bigint NOT NULL CHECK (shipping_total >= 0),
  shipping_tax       bigint NOT NULL CHECK (shipping_tax >= 0),
  tax_total          bigint NOT NULL CHECK (tax_total >= shipping_tax),
  total              bigint NOT NULL CHECK (total BETWEEN 0 AND 9007199254740991),
  shipping_method    text NOT NULL,
  payment_provider   text NOT NULL,
  payment_id         text NOT NULL,
  payment_amount     bigint NOT NULL,
  placed_at          timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (payment_provider, payment_id),
  CONSTRAINT payment_is_total CHECK (payment_amount = total),
  CONSTRAINT order_adds_up CHECK (
    total = subtotal - discount_total + shipping_total + CASE WHEN prices_include_tax THEN 0 ELSE tax_total END)
);
CREATE INDEX orders_by_owner ON orders (owner_hash, placed_at DESC, order_id DESC);
COMMENT ON TABLE orders IS 'One for each checkout that was paid. Written once. Money in minor units.';
COMMENT ON COLUMN orders.order_id IS '128 random bits, base64url.';
COMMENT ON COLUMN orders.tax_total IS 'Tax of all lines and of shipping; part of the prices where prices_include_tax.';
COMMENT ON COLUMN orders.placed_at IS 'Whole milliseconds, so that a page of orders can go on after it.';

CREATE TABLE order_lines (
  order_id   text NOT NULL REFERENCES orders,
  position   integer NOT NULL CHECK (position > 0),
  line_id    text NOT NULL,
  sku        text NOT NULL,
  product_id text NOT NULL,
  title      text NOT NULL,
  image_url  text,
  options    jsonb NOT NULL,
  attributes jsonb NOT NULL,
  quantity   integer NOT NULL CHECK (quantity > 0),
  unit_price bigint NOT NULL CHECK (unit_price >= 0),
  subtotal   bigint NOT NULL,
  discount   bigint NOT NULL CHECK (discount BETWEEN 0 AND subtotal),
  tax_class  text NOT NULL,
  tax_rate   integer NOT NULL CHECK (tax_rate >= 0),
  tax        bigint NOT NULL CHECK (tax >= 0),
  total      bigint NOT NULL,
  PRIMARY KEY (order_id, position),
  CONSTRAINT line_subtotal CHECK (subtotal = unit_price * quantity)
);
CREATE INDEX order_lines_by_sku ON order_lines (sku);
COMMENT ON TABLE order_lines IS 'What was bought, as it was then: the catalogue may change, these rows do not.';
COMMENT ON COLUMN order_lines.tax_rate IS 'Millionths: 107500 is 10.75 %.';
COMMENT ON COLUMN order_lines.total IS 'What the line costs: subtotal less discount, plus tax where prices do not include it.';

-- The last line of defence for "order total = payment amount = sum of lines": looked at when the transaction commits.
CREATE FUNCTION check_order_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sums record;
  -- Apart from the IF below, which would take the THEN of a CASE for its own.
  shipping bigint := NEW.shipping_total + CASE WHEN NEW.prices_include_tax THEN 0 ELSE NEW.shipping_tax END;
BEGIN
  SELECT COALESCE(sum(subtotal), -1) AS subtotal, COALESCE(sum(discount), 0) AS discount, COALESCE(sum(tax), 0) AS tax,
    COALESCE(sum(total), 0) AS total INTO sums FROM order_lines WHERE order_id = NEW.order_id;
  IF sums.subtotal <> NEW.subtotal OR sums.discount <> NEW.discount_total
    OR sums.tax + NEW.shipping_tax <> NEW.tax_total OR sums.total + shipping <> NEW.total THEN
    RAISE check_violation USING MESSAGE = format('The lines of order %s do not add up to it', NEW.order_id);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_has_its_lines AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_order_lines();

CREATE TABLE order_audit (
  order_id    text NOT NULL,
  kind        text NOT NULL CHECK (kind <> ''),
  checkout_id text NOT NULL,
  actor       text NOT NULL,
  detail      jsonb NOT NULL,
  at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX order_audit_by_order ON order_audit (order_id, at);
COMMENT ON TABLE order_audit IS 'What happened to each order, by whom; append-only, no personal data.';

CREATE FUNCTION refuse_order_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('cartwright.retention', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('%s is written once: %s is refused', TG_TABLE_NAME, TG_OP),
    HINT = 'A retention job may DELETE in a transaction that has run SET LOCAL cartwright.retention = ''on''.';
END $$;
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON orders
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_order_change();
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON order_lines
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_order_change();
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON order_audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_order_change();

CREATE TABLE order_contacts (
  checkout_id      text PRIMARY KEY,
  owner_hash       text NOT NULL,
  email            text,
  shipping_address jsonb CHECK (jsonb_typeof(shipping_address) = 'object'),
  updated_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX order_contacts_by_owner ON order_contacts (owner_hash);
COMMENT ON TABLE order_contacts IS 'The personal data of a checkout and of its order, and the only place for it. Rows are deleted on erasure; orders stay.';

CREATE TABLE outbox (
  outbox_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  purpose    text NOT NULL CHECK (purpose <> ''),
  key        text NOT NULL CHECK (key <> ''),
  payload    jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  due_at     timestamptz NOT NULL DEFAULT now(),
  attempts   integer NOT NULL DEFAULT 0,
  last_error text,
  sent_at    timestamptz,
  UNIQUE (purpose, key)
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL;
COMMENT ON TABLE outbox IS 'Mails and events that a transaction has promised; whoever sends them looks for sent_at IS NULL. No personal data.';
COMMENT ON COLUMN outbox.key IS 'Together with purpose, what makes a promise one: a repeat adds nothing.';

-- Gives back a hold that is overdue by more than `grace`, unless its order exists or its payment was captured; true when it did.
CREATE FUNCTION release_overdue_stock(of_checkout text, grace interval) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE reservations SET status = 'released', release_reason = 'overdue', settled_at = now()
  WHERE checkout_id = of_checkout AND status = 'held' AND captured_at IS NULL AND held_until <= now() - grace
    AND NOT EXISTS (SELECT FROM orders WHERE orders.checkout_id = of_checkout)
    AND NOT EXISTS (SELECT FROM payments WHERE payments.checkout_id = of_checkout AND payments.status = 'captured');
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM move_stock(reservation_items(of_checkout), 1, -1, 0);
  RETURN true;
END $$;

-- Held units become sold ones. Where the hold was released before the money came, the units are looked for among the available (CW001).
CREATE FUNCTION commit_stock(of_checkout text, of_cart text, of_owner text, items jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  is_held boolean;
BEGIN
  INSERT INTO reservations (checkout_id, cart_id, owner_hash, status, held_until, release_reason, settled_at)
  VALUES (of_checkout, of_cart, of_owner, 'released', now(), 'never_held', now()) ON CONFLICT DO NOTHING;
  -- From here on the row is locked: a release waits, and then finds it committed.
  SELECT status = 'held' INTO is_held FROM reservations WHERE checkout_id = of_checkout FOR UPDATE;
  IF NOT is_held THEN
    PERFORM move_stock(items, -1, 0, 1);
    DELETE FROM reservation_lines WHERE checkout_id = of_checkout;
    PERFORM write_reservation_lines(of_checkout, items);
  ELSIF EXISTS (
    SELECT FROM (SELECT sku, quantity FROM reservation_lines WHERE checkout_id = of_checkout) AS held
      FULL JOIN (
        SELECT sku, sum(quantity) AS quantity FROM jsonb_to_recordset(items) AS line (sku text, quantity integer) GROUP BY sku
      ) AS ordered USING (sku)
    WHERE held.quantity IS DISTINCT FROM ordered.quantity
  ) THEN
    RAISE check_violation USING MESSAGE = format('Checkout %s holds other units than its order is for', of_checkout);
  ELSE
    PERFORM move_stock(items, 0, -1, 1);
  END IF;
  UPDATE reservations SET status = 'committed', release_reason = NULL, settled_at = now()
  WHERE checkout_id = of_checkout;
END $$;

-- Everything that an order means, in one transaction: facts, lines, stock, trail, and the promise of a confirmation. `request` is an
-- OrderRequest (contract/orders.ts). Returns the checkout's order, this one or the one that was there; no row: the payment is another order's.
CREATE FUNCTION create_order(new_id text, request jsonb) RETURNS SETOF orders LANGUAGE plpgsql AS $$
DECLARE
  priced jsonb := request->'priced';
  payment jsonb := request->'payment';
  checkout text := request->>'checkoutId';
  cart text := request->>'cartId';
  owner text := request->>'ownerHash';
BEGIN
  INSERT INTO orders (
    order_id, checkout_id, cart_id, owner_kind, owner_hash, currency, prices_include_tax, subtotal, discount_total,
    shipping_total, shipping_tax, tax_total, total, shipping_method, payment_provider, payment_id, payment_amount
  )
  SELECT new_id, checkout, cart, request->>'ownerKind', owner, request->>'currency', "pricesIncludeTax", subtotal,
    "discountTotal", "shippingTotal", "shippingTax", "taxTotal", total, "shippingMethod",
    payment->>'provider', payment->>'paymentId', (payment->>'amount')::bigint
  FROM jsonb_to_record(priced) AS sums (
    "pricesIncludeTax" boolean, subtotal bigint, "discountTotal" bigint, "shippingTotal" bigint, "shippingTax" bigint,
    "taxTotal" bigint, total bigint, "shippingMethod" text
  )
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    PERFORM commit_stock(checkout, cart, owner, priced->'lines');
    INSERT INTO order_lines
    SELECT new_id, line.position, "lineId", sku, "productId", title, "imageUrl", options, attributes, quantity, "unitPrice",
      subtotal, discount, "taxClass", "taxRate", tax, total
    FROM jsonb_array_elements(priced->'lines') WITH ORDINALITY AS line (facts, position),
      jsonb_to_record(facts) AS fact (
        "lineId" text, sku text, "productId" text, title text, "imageUrl" text, options jsonb, attributes jsonb,
        quantity integer, "unitPrice" bigint, subtotal bigint, discount bigint, "taxClass" text, "taxRate" integer,
        tax bigint, total bigint
      );
    INSERT INTO order_audit (order_id, kind, checkout_id, actor, detail)
    VALUES (new_id, 'placed', checkout, request->>'actor', jsonb_build_object(
      'cartId', cart, 'total', priced->'total', 'provider', payment->>'provider', 'paymentId', payment->>'paymentId'));
    INSERT INTO outbox (purpose, key, payload)
    VALUES ('order_confirmation', new_id, jsonb_build_object('orderId', new_id, 'checkoutId', checkout));
  END IF;
  RETURN QUERY SELECT * FROM orders WHERE orders.checkout_id = checkout;
END $$;

CREATE VIEW stock_mismatches AS
  SELECT sku, available, stock.held, stock.sold, initial,
    COALESCE(holds.units, 0) AS reserved, COALESCE(ordered.units, 0) AS ordered
  FROM stock
    LEFT JOIN (
      SELECT sku, sum(quantity) AS units FROM reservation_lines JOIN reservations USING (checkout_id)
      WHERE status = 'held' GROUP BY sku
    ) AS holds USING (sku)
    LEFT JOIN (SELECT sku, sum(quantity) AS units FROM order_lines GROUP BY sku) AS ordered USING (sku)
  WHERE available::bigint + stock.held + stock.sold <> initial
    OR stock.held <> COALESCE(holds.units, 0) OR stock.sold <> COALESCE(ordered.units, 0);
COMMENT ON VIEW stock_mismatches IS 'SKUs whose stock disagrees with the reservations and orders. Always empty.';

-- Dashboards and operators' logins read everything but this.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cartwright_readonly') THEN
    REVOKE ALL ON order_contacts FROM cartwright_readonly;
  END IF;
END $$;
