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

function areaAmount(area: AreaPrice, options: Options): bigint {
  const thousandths = (name: string) => BigInt(Math.round(Number(options[name] ?? 0) * 1_000));
  return divideHalfEven(
    BigInt(area.perSquareMetre) * thousandths(area.width) * thousandths(area.height),
    AREA_DENOMINATOR,
  );
}

/**
 * Minor units for one unit with these canonical options. Area prices are rounded half to even, once. Undefined: negative or
 * too large for a safe integer, which only a wrong catalogue can bring about.
 */
export function unitPriceOf(facts: ProductFacts, options: Options): number | undefined {
  let price = BigInt(facts.unitPrice);
  for (const definition of facts.options) price += BigInt(surchargeOf(definition, options));
  if (facts.areaPrice) price += areaAmount(facts.areaPrice, options);
  return price < 0n ? undefined : toAmount(price);
}
