/** Cart requests as the API makes them, for tests that talk to carts directly. */
import { createHash, randomUUID } from 'node:crypto';
import type { CartRequest, RequestedOperation } from '../../contract/operations.ts';

export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22);

export type RequestOverrides = Partial<Omit<CartRequest, 'operations' | 'key'>> & {
  /** The client's own idempotency key; it is hashed as the API does. */
  idempotencyKey?: string;
};

/** One request with a fresh key and attempt, unless they are given. A list of operations is an atomic batch. */
export function requestFor(
  operations: RequestedOperation | RequestedOperation[],
  { idempotencyKey = randomUUID(), ...overrides }: RequestOverrides = {},
): CartRequest {
  const list = [operations].flat();
  const said = list.map((operation) => ({ ...operation, facts: undefined }));
  return {
    key: hashOf(idempotencyKey),
    fingerprint: hashOf(JSON.stringify(said)),
    attempt: randomUUID(),
    actor: 'guest:test',
    requestId: randomUUID(),
    atomic: true,
    ...overrides,
    operations: list,
  };
}
