/** How a catalogue file describes a product, and short forms for the frequent kinds. Prices are in minor units. */
import type {
  AreaPrice,
  ChoiceOption,
  NumberOption,
  OptionDefinition,
  TextOption,
} from '../../contract/product-facts.ts';

export interface CatalogueVariant {
  sku: string;
  label?: string;
  attributes?: Record<string, string>;
  additionalPrice?: number;
  stock: number;
  active?: boolean;
}

export interface CatalogueProduct {
  productId: string;
  title: string;
  description?: string;
  price: number;
  taxClass?: string;
  options?: OptionDefinition[];
  areaPrice?: AreaPrice;
  active?: boolean;
  variants: CatalogueVariant[];
}

/** A product that is its own only variant: the SKU is the product id in capitals. */
export const simple = (
  productId: string,
  title: string,
  price: number,
  stock: number,
  description = '',
): CatalogueProduct => ({
  productId,
  title,
  description,
  price,
  variants: [{ sku: productId.toUpperCase(), stock }],
});

/** `[value, label, surcharge per unit]`; the first one is the default. */
export const choice = (name: string, ...choices: [string, string, number][]): ChoiceOption => ({
  type: 'choice',
  name,
  required: true,
  ...(choices[0] ? { default: choices[0][0] } : {}),
  choices: choices.map(([value, label, surcharge]) => ({ value, label, surcharge })),
});

export const centimetres = (name: string, min: number, max: number, step: number): NumberOption => ({
  type: 'number',
  name,
  required: true,
  unit: 'cm',
  min,
  max,
  step,
});

export const engraving = (maxLength: number, surcharge: number): TextOption => ({
  type: 'text',
  name: 'engraving',
  required: false,
  maxLength,
  surcharge,
});

export const byArea = (perSquareMetre: number): AreaPrice => ({
  width: 'width',
  height: 'height',
  perSquareMetre,
});
