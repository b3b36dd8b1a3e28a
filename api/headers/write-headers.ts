/** The headers that say how a write is meant: its key, the version it was made for, and whether to wait for it. */
import { IDEMPOTENCY_KEY } from '../../contract/headers.ts';
import type { Exchange } from '../exchange.ts';
import { readIfMatch } from './entity-tags.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { prefersAsync } from './prefer.ts';
import { headerValues } from './raw-headers.ts';

export interface WriteHeaders {
  /** The client's key; undefined when it sent none. */
  idempotencyKey: string | undefined;
  /** Versions that the caller accepts; an empty list accepts none. */
  ifMatch: '*' | number[] | undefined;
  isAsync: boolean;
}

/** Throws `idempotency_key_invalid` or `invalid_header`. */
export const readWriteHeaders = (c: Exchange): WriteHeaders => ({
  idempotencyKey: readIdempotencyKey(headerValues(c, IDEMPOTENCY_KEY.toLowerCase())),
  ifMatch: readIfMatch(c.req.header('if-match')),
  isAsync: prefersAsync(c.req.header('prefer')),
});
