/** Makes the cart's request out of the caller's: hashed key, fingerprint of what was asked, and this attempt's own id. */
import { randomBytes } from 'node:crypto';
import type { CartRequest, ShopperOperation } from '../../contract/operations.ts';
import type { Call } from '../define-route.ts';
import { shortHash } from '../headers/idempotency-key.ts';
import type { CartOwner } from '../carts.ts';

/** What a route wants done. */
export interface Change {
  operations: ShopperOperation[];
  /** All or none. Always true for a single operation. */
  atomic: boolean;
  /** What the caller asked for, where the operations are made of something else that may change between two tries. */
  asked?: unknown;
}

/** JSON with sorted names: two texts that mean the same print the same. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** The key that stands in where the client sent none. */
export const randomKey = (): string => randomBytes(16).toString('base64url');

/** What makes two requests the same: the hashed key, and the fingerprint of what was asked (without product facts). */
export const identify = (change: Change, key: string): Pick<CartRequest, 'key' | 'fingerprint'> => ({
  key: shortHash(key),
  fingerprint: shortHash(
    canonicalJson(change.asked ?? { atomic: change.atomic, operations: change.operations }),
  ),
});

/** `operations` carry their facts; the fingerprint is of `change`, which has none. */
export function buildRequest(
  call: Call,
  owner: CartOwner,
  change: Change,
  operations: ShopperOperation[],
  key: string,
): CartRequest {
  return {
    ...identify(change, key),
    attempt: randomKey(),
    actor: `${owner.kind}:${owner.ownerHash}`,
    requestId: call.requestId,
    atomic: change.atomic,
    operations,
  };
}
