-- The catalogue: what can be bought, at what price, and how much of it there is.
-- Money is in integer minor units. `variants.revision` tells whether a cart's copy of the facts is still true.

CREATE SEQUENCE catalogue_revision;
COMMENT ON SEQUENCE catalogue_revision IS 'One counter for the whole catalogue, so that a revision is never used twice.';

CREATE TABLE products (
  product_id  text PRIMARY KEY CHECK (product_id <> ''),
  title       text NOT NULL CHECK (title <> ''),
  description text NOT NULL DEFAULT '',
  image_url   text,
  currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  base_price  bigint NOT NULL CHECK (base_price BETWEEN 0 AND 9007199254740991),
  tax_class   text NOT NULL DEFAULT 'standard',
  options     jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(options) = 'array'),
  area_price  jsonb CHECK (jsonb_typeof(area_price) = 'object'),
  active      boolean NOT NULL DEFAULT true
);
CREATE INDEX products_by_title ON products (title, product_id) WHERE active;
COMMENT ON TABLE products IS 'What is sold: texts, base price and option definitions shared by all its variants.';
COMMENT ON COLUMN products.base_price IS 'Minor units for one; a variant''s additional_price comes on top.';
COMMENT ON COLUMN products.tax_class IS 'Names a tax rate; what it amounts to is decided where tax is computed.';
COMMENT ON COLUMN products.options IS 'Array of OptionDefinition (contract/product-facts.ts).';
COMMENT ON COLUMN products.area_price IS 'AreaPrice (contract/product-facts.ts): the two measures and minor units per square metre; null: no price by area.';
COMMENT ON COLUMN products.active IS 'False: none of its variants is sold any more.';

CREATE TABLE variants (
  sku              text PRIMARY KEY CHECK (sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  product_id       text NOT NULL REFERENCES products ON DELETE CASCADE,
  label            text NOT NULL DEFAULT '',
  attributes       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
  additional_price bigint NOT NULL DEFAULT 0,
  active           boolean NOT NULL DEFAULT true,
  revision         bigint NOT NULL
);
CREATE INDEX variants_by_product ON variants (product_id);
COMMENT ON TABLE variants IS 'The units of sale; a simple product has exactly one.';
COMMENT ON COLUMN variants.label IS 'What tells it from its siblings, shown behind the title; empty for a simple product.';
COMMENT ON COLUMN variants.attributes IS 'The same for machines, for example {"colour": "sand", "size": "M"}.';
COMMENT ON COLUMN variants.additional_price IS 'Minor units on top of the base price; may be negative, the sum never is.';
COMMENT ON COLUMN variants.revision IS 'Set by triggers whenever anything in ProductFacts changes, so that "is this still true" is one comparison.';

CREATE TABLE stock (
  sku       text PRIMARY KEY REFERENCES variants ON DELETE CASCADE,
  available integer NOT NULL CHECK (available >= 0),
  held      integer NOT NULL DEFAULT 0 CHECK (held >= 0),
  sold      integer NOT NULL DEFAULT 0 CHECK (sold >= 0)
);
COMMENT ON TABLE stock IS 'Units of each SKU. A SKU without a row has none.';
COMMENT ON COLUMN stock.available IS 'Units that may be sold now.';
COMMENT ON COLUMN stock.held IS 'Units that open checkouts hold until their deadline.';
COMMENT ON COLUMN stock.sold IS 'Units that left in orders.';

-- A variant's own change. Only facts count: `attributes` is not one.
CREATE FUNCTION stamp_variant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.revision := nextval('catalogue_revision');
  ELSIF (NEW.sku, NEW.product_id, NEW.label, NEW.additional_price, NEW.active)
    IS DISTINCT FROM (OLD.sku, OLD.product_id, OLD.label, OLD.additional_price, OLD.active) THEN
    NEW.revision := nextval('catalogue_revision');
  ELSE
    RETURN NEW;
  END IF;
  IF NEW.additional_price < 0
    AND (SELECT base_price FROM products WHERE product_id = NEW.product_id FOR SHARE) + NEW.additional_price < 0 THEN
    RAISE check_violation USING MESSAGE = format('The price of %s would be negative', NEW.sku);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stamp_variant BEFORE INSERT OR UPDATE ON variants FOR EACH ROW EXECUTE FUNCTION stamp_variant();

-- A product's change is a change of each of its variants.
CREATE FUNCTION stamp_product_variants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM variants WHERE product_id = NEW.product_id AND NEW.base_price + additional_price < 0) THEN
    RAISE check_violation USING MESSAGE = format('The price of a variant of %s would be negative', NEW.product_id);
  END IF;
  UPDATE variants SET revision = nextval('catalogue_revision') WHERE product_id = NEW.product_id;
  RETURN NULL;
END $$;
CREATE TRIGGER stamp_product_variants AFTER UPDATE ON products FOR EACH ROW
  WHEN ((NEW.title, NEW.image_url, NEW.currency, NEW.base_price, NEW.tax_class, NEW.options, NEW.area_price, NEW.active)
    IS DISTINCT FROM (OLD.title, OLD.image_url, OLD.currency, OLD.base_price, OLD.tax_class, OLD.options, OLD.area_price, OLD.active))
  EXECUTE FUNCTION stamp_product_variants();

-- Stock counts only as far as one line can ask for it (MAX_QUANTITY): selling one of a million changes no cart.
CREATE FUNCTION stamp_stock_variants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE variants SET revision = nextval('catalogue_revision')
    FROM changed JOIN former USING (sku)
    WHERE variants.sku = changed.sku AND LEAST(changed.available, 999) <> LEAST(former.available, 999);
  ELSE
    UPDATE variants SET revision = nextval('catalogue_revision')
    FROM changed WHERE variants.sku = changed.sku AND changed.available > 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER stamp_stock_insert AFTER INSERT ON stock REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stamp_stock_variants();
CREATE TRIGGER stamp_stock_update AFTER UPDATE ON stock REFERENCING OLD TABLE AS former NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stamp_stock_variants();
CREATE TRIGGER stamp_stock_delete AFTER DELETE ON stock REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stamp_stock_variants();

-- Channel `catalogue`: one SKU in each message, or `*` for more than a hundred at once.
CREATE FUNCTION notify_catalogue() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  skus text[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    SELECT array_agg(changed.sku) INTO skus
    FROM changed LEFT JOIN former USING (sku) WHERE changed.revision IS DISTINCT FROM former.revision;
  ELSE
    SELECT array_agg(changed.sku) INTO skus FROM changed;
  END IF;
  IF cardinality(skus) > 100 THEN
    PERFORM pg_notify('catalogue', '*');
  ELSE
    PERFORM pg_notify('catalogue', sku) FROM unnest(skus) AS sku;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER notify_insert AFTER INSERT ON variants REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_catalogue();
CREATE TRIGGER notify_update AFTER UPDATE ON variants REFERENCING OLD TABLE AS former NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_catalogue();
CREATE TRIGGER notify_delete AFTER DELETE ON variants REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_catalogue();
