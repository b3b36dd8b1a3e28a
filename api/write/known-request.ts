/**
 * What the request table knows of an idempotency key. A cart itself remembers its last few hundred keys, which covers what is in
 * flight; the table covers the whole published window, however busy the cart is.
 */
import type { CartRequest, Refusal } from '../../contract/operations.ts';
import { readRequest, type StoredRequest } from '../../database/cart-projection.ts';
import type { Sql } from '../../database/client.ts';
import type { CartOwner } from '../carts.ts';
import { unlessAway } from '../from-database.ts';
import type { Settled } from './submit-change.ts';

export interface KnownRequestParts {
  sql: Sql;
  /** Milliseconds for which a key is good. */
  keyAgeMs: number;
}

const reused: Refusal = {
  code: 'idempotency_key_reused',
  detail: 'This Idempotency-Key was used for another request.',
};

/**
 * The outcome of an applied request with this key, or its refusal where the key stood for another request. Undefined: ask the cart.
 * `isCertain`: what was published last may be lost with its workflow task; the cart cannot have forgotten it yet.
 */
export async function findSettled(
  { sql, keyAgeMs }: KnownRequestParts,
  owner: CartOwner,
  { key, fingerprint }: Pick<CartRequest, 'key' | 'fingerprint'>,
  isCertain: (row: StoredRequest) => boolean | Promise<boolean> = ({ isLasting }) => isLasting,
): Promise<Settled | undefined> {
  // The cart is asked in any case; without the table its own memory has to do.
  const row = await unlessAway(() => readRequest(sql, owner.workflowId, key));
  if (row?.status !== 'applied' || Date.parse(row.at) < Date.now() - keyAgeMs) return undefined;
  if (!(await isCertain(row))) return undefined;
  const { version, outcomes } = row;
  const isSame = row.fingerprint === fingerprint;
  return {
    owner,
    version,
    outcomes: isSame ? outcomes : [],
    ...(isSame ? {} : { refusal: reused }),
    isReplay: isSame,
  };
}
