/** How often a header came and with which values: the web's Headers join repeated fields into one text, which hides the repetition. */
import type { Exchange } from '../exchange.ts';

/** Every value of the header, in order. Without a socket (tests) the joined value counts as one. */
export function headerValues(c: Exchange, name: string): string[] {
  const raw = c.env?.incoming?.rawHeaders;
  if (!raw) {
    const value = c.req.header(name);
    return value === undefined ? [] : [value];
  }
  const values: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === name) values.push((raw[index + 1] as string).trim());
  }
  return values;
}
