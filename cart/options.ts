/**
 * Options in canonical form: checked against the product's definition, defaults filled in, numbers as numbers, text in NFC,
 * names sorted. Two lines hold the same thing exactly when their canonical options are the same text.
 */
import type {
  ChoiceOption,
  NumberOption,
  OptionDefinition,
  Options,
  OptionValue,
  TextOption,
} from '../contract/product-facts.ts';

export interface OptionError {
  path: string;
  code: string;
  message: string;
}

export type OptionsVerdict = { ok: true; options: Options } | { ok: false; errors: OptionError[] };

type Judged = { value: OptionValue | undefined } | { code: string; message: string };

const DECIMAL = /^[+-]?\d{1,12}(\.\d{1,12})?([eE][+-]?\d)?$/;

/** Decimals are compared in thousandths, as integers. */
const SCALE = 1_000;

const toNumber = (value: OptionValue): number =>
  typeof value === 'string' && DECIMAL.test(value)
    ? Number(value)
    : typeof value === 'number'
      ? value
      : Number.NaN;

function judgeNumber(definition: NumberOption, given: OptionValue): Judged {
  const scaled = Math.round(toNumber(given) * SCALE);
  if (!Number.isSafeInteger(scaled) || Math.abs(toNumber(given) * SCALE - scaled) > 1e-6) {
    return { code: 'not_a_number', message: 'Give a number with at most three decimals.' };
  }
  const { min, max, step } = definition;
  if (scaled < Math.round(min * SCALE) || scaled > Math.round(max * SCALE)) {
    return { code: 'out_of_range', message: `Give a value from ${min} to ${max}.` };
  }
  if ((scaled - Math.round(min * SCALE)) % Math.round(step * SCALE) !== 0) {
    return { code: 'off_step', message: `Values start at ${min} and go in steps of ${step}.` };
  }
  // Plus zero: JSON knows no negative zero.
  return { value: scaled / SCALE + 0 };
}

function judgeChoice(definition: ChoiceOption, given: OptionValue): Judged {
  const value = String(given);
  if (definition.choices.some((choice) => choice.value === value)) return { value };
  const values = definition.choices.map((choice) => choice.value).join(', ');
  return { code: 'not_a_choice', message: `Choose one of: ${values}.` };
}

function judgeText(definition: TextOption, given: OptionValue): Judged {
  if (typeof given !== 'string') return { code: 'not_a_text', message: 'Give a text.' };
  const value = given.normalize('NFC').trim();
  if (Array.from(value).length > definition.maxLength) {
    return { code: 'too_long', message: `Give at most ${definition.maxLength} characters.` };
  }
  return { value: value === '' ? undefined : value };
}

function judgeOption(definition: OptionDefinition, given: OptionValue | undefined): Judged {
  const value = given ?? (definition.type === 'text' ? undefined : definition.default);
  if (value === undefined) return { value };
  if (definition.type === 'number') return judgeNumber(definition, value);
  if (definition.type === 'choice') return judgeChoice(definition, value);
  return judgeText(definition, value);
}

/** Checks `given` against the definitions; every fault is listed, not only the first. */
export function canonicalOptions(
  definitions: readonly OptionDefinition[],
  given: Options = {},
): OptionsVerdict {
  const errors: OptionError[] = [];
  const entries: [string, OptionValue][] = [];
  const fail = (name: string, code: string, message: string) =>
    errors.push({ path: `options.${name}`, code, message });
  for (const name of Object.keys(given)) {
    if (!definitions.some((definition) => definition.name === name)) {
      fail(name, 'unknown_option', 'This product has no such option.');
    }
  }
  for (const definition of definitions) {
    const own = Object.hasOwn(given, definition.name) ? given[definition.name] : undefined;
    const judged = judgeOption(definition, own);
    if ('code' in judged) fail(definition.name, judged.code, judged.message);
    else if (judged.value !== undefined) entries.push([definition.name, judged.value]);
    else if (definition.required) fail(definition.name, 'required', 'This option is required.');
  }
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, options: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** The text that stands for canonical options in comparisons. */
export const optionsKey = (options: Options): string => JSON.stringify(options);
