/** JSON that PostgreSQL's jsonb accepts: it knows neither U+0000 nor half a surrogate pair, and a shopper's text may hold both. */

/**
 * `JSON.stringify`, with what jsonb refuses replaced by U+FFFD: otherwise one odd character would keep a cart from being published
 * for ever. Escaped backslashes are skipped, so that a text that merely spells such an escape stays as it is.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  if (!text.includes('\\u')) return text;
  return text.replace(/\\\\|\\u(?:0000|d[89a-f][0-9a-f]{2})/g, (escape) =>
    escape === '\\\\' ? escape : '\\ufffd',
  );
}
