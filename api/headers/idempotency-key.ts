/**
 * The Idempotency-Key header: 1–255 printable ASCII characters, bare or as a quoted string of RFC 8941; `k` and `"k"` are one key.
 * Only its hash goes further, so that the client's text stays out of Temporal and logs.
 */
import { createHash } from 'node:crypto';
import { MAX_KEY_LENGTH } from '../../contract/limits.ts';
import { Problem } from '../problem.ts';

const PRINTABLE = /^[\x20-\x7e]+$/;
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

const malformed = (): Problem =>
  new Problem(
    'idempotency_key_invalid',
    `Send one Idempotency-Key of 1 to ${MAX_KEY_LENGTH} printable ASCII characters.`,
  );

/** The key without its quotes. Throws `idempotency_key_invalid`, also where the header came twice. */
export function readIdempotencyKey(values: readonly string[]): string | undefined {
  const [value, second] = values;
  if (value === undefined) return undefined;
  if (second !== undefined) throw malformed();
  const [, quoted] = QUOTED.exec(value) ?? [];
  if (quoted === undefined && value.startsWith('"')) throw malformed();
  const key = quoted === undefined ? value : quoted.replace(/\\(.)/g, '$1');
  if (key.length > MAX_KEY_LENGTH || !PRINTABLE.test(key)) throw malformed();
  return key;
}

/** SHA-256, base64url, 22 characters: 132 bits, enough that two keys never meet. */
export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22);
