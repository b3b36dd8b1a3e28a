/** Takes what shoppers typed out of an export: notes, free texts among the options, and anything that names a person. */

/** Members whose whole value goes, wherever they stand. */
const PERSONAL = new Set([
  'email',
  'contact',
  'shippingAddress',
  'billingAddress',
  'address',
  'name',
  'phone',
]);

type Members = Record<string, unknown>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const length = (text: string): string => `[${text.length} characters]`;

/** Texts in one object, but those that the shop itself offers. */
function redactTexts(texts: Members, offered: ReadonlySet<string>): Members {
  return Object.fromEntries(
    Object.entries(texts).map(([key, value]) => {
      const isTyped = typeof value === 'string' && !offered.has(value);
      return [key, isTyped ? length(value) : value];
    }),
  );
}

/** A copy without personal data. `offered`: option values of the catalogue, which are nobody's words. */
export function redact(value: unknown, offered: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => redact(entry, offered));
  if (!isMembers(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (PERSONAL.has(key)) return [key, '[removed]'];
      if (key === 'attributes' && isMembers(member)) return [key, redactTexts(member, new Set())];
      if (key === 'options' && isMembers(member)) return [key, redactTexts(member, offered)];
      return [key, redact(member, offered)];
    }),
  );
}
