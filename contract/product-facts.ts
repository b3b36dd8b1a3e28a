/**
 * What a rule must know about a product to price a line and to judge its options. The API reads the facts from
 * the catalogue and sends them along with the operation, so that the cart workflow never waits for a database.
 */

/** A value that a shopper chose for an option. Numbers may arrive as decimal strings; rules canonicalise them. */
export type OptionValue = string | number | boolean;

/** Options by name. Order does not matter; a missing option means its default. */
export type Options = Readonly<Record<string, OptionValue>>;

export type OptionDefinition = ChoiceOption | NumberOption | TextOption;

/** One of a closed list of values, each with its surcharge per unit (minor units, may be 0). */
export interface ChoiceOption {
  type: 'choice';
  name: string;
  required: boolean;
  default?: string;
  choices: { value: string; label: string; surcharge: number }[];
}

/** A measure within bounds, on a grid of `step` that starts at `min`; at most three decimals. */
export interface NumberOption {
  type: 'number';
  name: string;
  required: boolean;
  default?: number;
  unit?: string;
  min: number;
  max: number;
  step: number;
}

/** Free text such as an engraving; `surcharge` (minor units per unit) applies when it is not empty. */
export interface TextOption {
  type: 'text';
  name: string;
  required: boolean;
  maxLength: number;
  surcharge: number;
}

/** Price by area: two number options in centimetres, and minor units for one square metre. */
export interface AreaPrice {
  width: string;
  height: string;
  perSquareMetre: number;
}

export interface ProductFacts {
  sku: string;
  productId: string;
  title: string;
  imageUrl?: string;
  /** ISO 4217. */
  currency: string;
  /** Minor units for one: the product's price plus the variant's additional price, before options. */
  unitPrice: number;
  taxClass: string;
  /** False once it is discontinued. */
  active: boolean;
  /** Units that may be sold now (stock less what open checkouts hold). */
  available: number;
  options: OptionDefinition[];
  areaPrice?: AreaPrice;
  /** Grows whenever anything above changes, so that "is this still true" is one comparison. */
  revision: number;
}
