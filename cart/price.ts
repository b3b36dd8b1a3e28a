/** What one unit costs: base price, plus surcharges of the chosen options, plus the price of its area. */
import type { AreaPrice, OptionDefinition, Options, ProductFacts } from '../contract/product-facts.ts';
import { divideHalfEven, toAmount } from './money.ts';

/** Thousandths of a centimetre in both directions, per square metre. */
const AREA_DENOMINATOR = 1_000n * 1_000n * 10_000n;

function surchargeOf(definition: OptionDefinition, options: Options): number {
  const value = options[definition.name];
  if (value === undefined || definition.type === 'number') return 0;
  if (definition.type === 'text') return definition.surcharge;
  return definition.choices.find((choice) => choice.value === value)?.surcharge ?? 0;
}

/** Undefined: a measure is no number, because the catalogue names an option that is none. */
function areaAmount(area: AreaPrice, options: Options): bigint | undefined {
  const thousandths = (name: string) => Math.round(Number(options[name] ?? 0) * 1_000);
  const factors = [area.perSquareMetre, thousandths(area.width), thousandths(area.height)];
  if (!factors.every(Number.isSafeInteger)) return undefined;
  return divideHalfEven(
    factors.reduce((product, factor) => product * BigInt(factor), 1n),
    AREA_DENOMINATOR,
  );
}

/**
 * Minor units for one unit with these canonical options. Area prices are rounded half to even, once. Undefined: negative, no
 * integer or too large for a safe one, which only a wrong catalogue can bring about. Never throws.
 */
export function unitPriceOf(facts: ProductFacts, options: Options): number | undefined {
  const parts = [facts.unitPrice, ...facts.options.map((definition) => surchargeOf(definition, options))];
  const area = facts.areaPrice ? areaAmount(facts.areaPrice, options) : 0n;
  if (area === undefined || !parts.every(Number.isSafeInteger)) return undefined;
  const price = parts.reduce((sum, part) => sum + BigInt(part), area);
  return price < 0n ? undefined : toAmount(price);
}
