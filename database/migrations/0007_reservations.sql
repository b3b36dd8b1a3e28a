-- Reservations: what an open checkout holds, until when. Every unit ever brought in is available, held or sold, at every instant:
-- available + held + sold = initial. Units move between the columns by one statement each (database/stock.ts).

ALTER TABLE stock ADD COLUMN initial bigint;
UPDATE stock SET initial = available::bigint + held + sold;
ALTER TABLE stock ALTER COLUMN initial SET NOT NULL,
  ADD CONSTRAINT stock_adds_up CHECK (available::bigint + held + sold = initial);
COMMENT ON COLUMN stock.initial IS 'Units ever brought in. Changes only with a delivery or a count (set_stock), never by a sale.';

-- A row begins with what is there.
CREATE FUNCTION begin_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.initial := COALESCE(NEW.initial, NEW.available::bigint + NEW.held + NEW.sold);
  RETURN NEW;
END $$;
CREATE TRIGGER begin_stock BEFORE INSERT ON stock FOR EACH ROW EXECUTE FUNCTION begin_stock();

-- Taking a SKU out of the catalogue would take the units out of the sum while a checkout holds them.
CREATE FUNCTION refuse_held_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.held > 0 THEN
    RAISE foreign_key_violation USING
      MESSAGE = format('Open checkouts hold %s units of %s', OLD.held, OLD.sku),
      HINT = 'Set it inactive; delete it when the checkouts have ended.';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER refuse_held_stock BEFORE DELETE ON stock FOR EACH ROW EXECUTE FUNCTION refuse_held_stock();

-- For changes by hand: `SELECT set_stock('SKU', 12)`. What checkouts hold and what is sold stays as it is.
CREATE FUNCTION set_stock(of_sku text, units integer) RETURNS void LANGUAGE sql AS $$
  INSERT INTO stock (sku, available) VALUES (of_sku, units)
  ON CONFLICT (sku) DO UPDATE SET available = EXCLUDED.available,
    initial = stock.initial - stock.available + EXCLUDED.available;
$$;
COMMENT ON FUNCTION set_stock IS 'Sets the units that may be sold now; `initial` follows.';

CREATE TABLE reservations (
  checkout_id    text PRIMARY KEY CHECK (checkout_id <> ''),
  cart_id        text NOT NULL,
  owner_hash     text NOT NULL,
  status         text NOT NULL CHECK (status IN ('held', 'released', 'committed')),
  held_until     timestamptz NOT NULL,
  captured_at    timestamptz,
  release_reason text CHECK ((release_reason IS NOT NULL) = (status = 'released')),
  reserved_at    timestamptz NOT NULL DEFAULT now(),
  settled_at     timestamptz CHECK ((settled_at IS NOT NULL) = (status <> 'held'))
);
CREATE INDEX reservations_by_deadline ON reservations (held_until) WHERE status = 'held';
CREATE INDEX reservations_by_owner ON reservations (owner_hash) WHERE status = 'held';
CREATE INDEX reservations_by_cart ON reservations (cart_id) WHERE status = 'held';
COMMENT ON TABLE reservations IS 'What each checkout holds or held. Held becomes released or committed, once; neither goes back.';
COMMENT ON COLUMN reservations.status IS 'A checkout that was released before it could reserve has a released row without lines: a late reservation finds it and holds nothing.';
COMMENT ON COLUMN reservations.held_until IS 'The deadline that the shopper is shown.';
COMMENT ON COLUMN reservations.captured_at IS 'Money has been taken: the deadline no longer counts, an order or a refund ends the hold.';

CREATE TABLE reservation_lines (
  checkout_id text NOT NULL REFERENCES reservations ON DELETE CASCADE,
  sku         text NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (checkout_id, sku)
);
COMMENT ON TABLE reservation_lines IS 'Units per SKU, all lines of the cart together.';

CREATE VIEW stock_holders AS
  SELECT sku, quantity, checkout_id, cart_id, owner_hash, reserved_at, held_until, captured_at,
    held_until <= now() AND captured_at IS NULL AS is_overdue
  FROM reservations JOIN reservation_lines USING (checkout_id) WHERE status = 'held';
COMMENT ON VIEW stock_holders IS 'Who holds what, and until when.';

-- The functions below are whole transactions in one statement: no lock is held while a process thinks, waits for the network, or dies.

-- Moves units between the columns, one conditional statement per SKU in the order of the SKUs (so that two checkouts never wait for each
-- other in a circle), all or none. Where units are missing it raises CW001, with every shortage as JSON in the error's detail.
CREATE FUNCTION move_stock(items jsonb, to_available integer, to_held integer, to_sold integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  item record;
  there integer;
  shortages jsonb := '[]';
BEGIN
  FOR item IN
    SELECT line.sku, sum(line.quantity)::integer AS units
    FROM jsonb_to_recordset(items) AS line (sku text, quantity integer)
    GROUP BY line.sku ORDER BY line.sku COLLATE "C"
  LOOP
    LOOP
      -- After the first shortage nothing is taken any more, only looked for: all will be undone.
      IF shortages = '[]' THEN
        UPDATE stock SET available = available + item.units * to_available, held = held + item.units * to_held,
          sold = sold + item.units * to_sold
        WHERE sku = item.sku AND available + item.units * to_available >= 0 AND held + item.units * to_held >= 0;
        EXIT WHEN FOUND;
      END IF;
      SELECT CASE WHEN to_available < 0 THEN available ELSE held END INTO there FROM stock WHERE sku = item.sku;
      there := COALESCE(there, 0);
      IF there < item.units THEN
        shortages := shortages || jsonb_build_object('sku', item.sku, 'wanted', item.units, 'available', there);
        EXIT;
      END IF;
      -- Others gave units back between the two statements: nobody is refused for nothing.
      EXIT WHEN shortages <> '[]';
    END LOOP;
  END LOOP;
  IF shortages <> '[]' THEN
    RAISE SQLSTATE 'CW001' USING MESSAGE = 'There are not enough units', DETAIL = shortages::text;
  END IF;
END $$;

CREATE FUNCTION reservation_items(of_checkout text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('sku', sku, 'quantity', quantity) ORDER BY sku COLLATE "C"), '[]')
  FROM reservation_lines WHERE checkout_id = of_checkout;
$$;

CREATE FUNCTION write_reservation_lines(of_checkout text, items jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO reservation_lines (checkout_id, sku, quantity)
  SELECT of_checkout, sku, sum(quantity) FROM jsonb_to_recordset(items) AS line (sku text, quantity integer) GROUP BY sku;
$$;

-- Holds all items or none (CW001). Called again it returns what is so now. No row: the owner has `open_max` checkouts open already.
CREATE FUNCTION reserve_stock(
  of_checkout text, of_cart text, of_owner text, until timestamptz, items jsonb, open_max integer
) RETURNS SETOF reservations LANGUAGE plpgsql AS $$
BEGIN
  -- One at a time for each owner: otherwise two would both count one less than the cap.
  PERFORM pg_advisory_xact_lock(hashtextextended('reserve:' || of_owner, 0));
  INSERT INTO reservations (checkout_id, cart_id, owner_hash, status, held_until)
  SELECT of_checkout, of_cart, of_owner, 'held', until
  WHERE (SELECT count(*) FROM reservations WHERE owner_hash = of_owner AND status = 'held') < open_max
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    PERFORM write_reservation_lines(of_checkout, items);
    PERFORM move_stock(items, -1, 1, 0);
  END IF;
  RETURN QUERY SELECT * FROM reservations WHERE checkout_id = of_checkout;
END $$;

-- Gives the units back once; true when this call did it. A checkout without a reservation is marked, so that a late one holds nothing.
CREATE FUNCTION release_stock(of_checkout text, of_cart text, of_owner text, reason text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO reservations (checkout_id, cart_id, owner_hash, status, held_until, release_reason, settled_at)
  VALUES (of_checkout, of_cart, of_owner, 'released', now(), reason, now()) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN true;
  END IF;
  UPDATE reservations SET status = 'released', release_reason = reason, settled_at = now()
  WHERE checkout_id = of_checkout AND status = 'held';
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM move_stock(reservation_items(of_checkout), 1, -1, 0);
  RETURN true;
END $$;
