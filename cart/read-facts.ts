/** Whether something is product facts. The API always sends good ones; bad ones by hand must not get into the state of a cart. */
type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areTexts = (...values: unknown[]): boolean => values.every((value) => typeof value === 'string');
/** Minus zero is none: it would not come back the same from JSON. */
const areIntegers = (...values: unknown[]): boolean =>
  values.every((value) => Number.isSafeInteger(value) && !Object.is(value, -0));

const isChoice = (value: unknown): boolean =>
  isFields(value) && areTexts(value.value) && areIntegers(value.surcharge);

function isOptionDefinition(value: unknown): boolean {
  if (!isFields(value) || !areTexts(value.name)) return false;
  const { type, choices, min, max, step, maxLength, surcharge } = value;
  if (type === 'choice') return Array.isArray(choices) && choices.every(isChoice);
  if (type === 'number') return [min, max, step].every((bound) => Number.isFinite(bound));
  return type === 'text' && areIntegers(maxLength, surcharge);
}

const isAreaPrice = (value: unknown): boolean =>
  value === undefined ||
  (isFields(value) && areTexts(value.width, value.height) && areIntegers(value.perSquareMetre));

export const areFacts = (value: unknown): boolean =>
  isFields(value) &&
  areTexts(value.sku, value.productId, value.title, value.currency, value.taxClass) &&
  (value.imageUrl === undefined || areTexts(value.imageUrl)) &&
  areIntegers(value.unitPrice, value.available, value.revision) &&
  typeof value.active === 'boolean' &&
  Array.isArray(value.options) &&
  value.options.every(isOptionDefinition) &&
  isAreaPrice(value.areaPrice);
