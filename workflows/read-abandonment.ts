/** Reads the messages about abandonment. What is unreadable becomes a failure that cannot wedge the cart. */
import type { StopRecovery, UsedLink } from '../contract/abandonment.ts';
import { invalid } from './read-request.ts';

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export function readUsedLink(link: UsedLink | null | undefined): UsedLink {
  const { cartId, episode, step } = link ?? {};
  const isId = cartId === undefined || (typeof cartId === 'string' && cartId.length <= 200);
  if (!isCount(episode) || !isCount(step) || !isId) throw invalid('recovered: episode, step');
  return { episode, step, ...(cartId === undefined ? {} : { cartId }) };
}

export function readStopRecovery(message: StopRecovery | null | undefined): StopRecovery {
  const reason = message?.reason;
  if (reason !== 'unsubscribed' && reason !== 'erased') {
    throw invalid('stopRecovery: reason: unsubscribed or erased');
  }
  return { reason };
}
