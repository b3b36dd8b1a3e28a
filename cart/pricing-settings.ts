/** How a shop writes its tax rates and shipping methods down: one short text each. */
import type { ShippingMethod } from '../contract/pricing.ts';
import { parsePercent } from './rates.ts';

/** `reduced=7` → class and millionths. Undefined for anything else. */
export function parseTaxRate(text: string): [taxClass: string, rate: number] | undefined {
  const [, taxClass, percent = ''] = /^([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)$/.exec(text) ?? [];
  const rate = parsePercent(percent);
  return taxClass === undefined || rate === undefined ? undefined : [taxClass, rate];
}

const METHOD = /^([a-z][a-z0-9-]*)=(\d{1,12})(?:\/(\d{1,12}))?(?:@([A-Za-z0-9][A-Za-z0-9._-]*))?$/;

/** `standard=490/5000@reduced`: code, minor units, free from, tax class. The title is the code in words. Undefined for anything else. */
export function parseShippingMethod(text: string): ShippingMethod | undefined {
  const [, code, amount, freeFrom, taxClass = 'standard'] = METHOD.exec(text) ?? [];
  if (code === undefined) return undefined;
  const title = code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');
  const free = freeFrom === undefined ? {} : { freeFrom: Number(freeFrom) };
  return { code, title, amount: Number(amount), ...free, taxClass };
}
