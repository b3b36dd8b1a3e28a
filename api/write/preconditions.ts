/** If-Match, as the cart's request takes it: one version that must be the current one. */
import type { CartOwner } from '../carts.ts';
import type { WriteHeaders } from '../headers/write-headers.ts';
import type { Views } from '../views.ts';

/** No cart ever has it: stands for a header that cannot match, so that the cart itself refuses after it has looked for a replay. */
const NEVER = -1;

/** Of several versions the current one is taken, where it is among them. */
export async function expectedVersion(
  views: Views,
  owner: CartOwner | undefined,
  ifMatch: WriteHeaders['ifMatch'],
): Promise<number | undefined> {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const [only, second] = ifMatch;
  if (second === undefined || !owner) return only ?? NEVER;
  const { version } = await views.load(owner);
  return ifMatch.includes(version) ? version : only;
}

/** Whether the request may bring a cart into being: one that does not exist has version 0 and matches no `*`. */
export const acceptsAbsent = (ifMatch: WriteHeaders['ifMatch']): boolean =>
  ifMatch === undefined || (ifMatch !== '*' && ifMatch.includes(0));
