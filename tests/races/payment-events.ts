/** What a provider may say about one payment, in any order and as often as it likes; and forgeries that must not count. */
import { randomUUID } from 'node:crypto';
import { type Dice, pause } from '../chaos/random.ts';
import type { TestStack } from '../support/stack.ts';

/** What the provider's books say. */
export type Books = 'captured' | 'failed' | 'cancelled';

const ALWAYS: Record<Books, readonly string[]> = {
  captured: ['captured'],
  failed: ['failed'],
  cancelled: ['cancelled'],
};

/** A declined card before a good one; a payment that was given up and paid all the same. */
const MAYBE: Record<Books, readonly string[]> = {
  captured: ['created', 'authorized', 'failed', 'cancelled'],
  failed: ['created', 'authorized'],
  cancelled: ['created', 'authorized', 'failed'],
};

/** The types that are told. Now and then the end itself never is: then the shop has to ask. */
export function chooseTypes(books: Books, dice: Dice): string[] {
  const end = dice.chance(0.9) ? ALWAYS[books] : [];
  return [...end, ...MAYBE[books].filter(() => dice.chance(0.5))].sort();
}

export interface ChosenEvent {
  id: string;
  type: string;
  data: { checkoutId: string; amount?: number };
  times: number;
  signature: 'valid' | 'wrongSecret' | 'tampered';
}

/** Statuses after which an event need not be sent again, forgeries and strangers included. */
const HEARD = [200, 401, 409];
const PATIENCE_MS = 90_000;
const PARALLEL = 3;

/** One or two events of each type, each up to three times, among forgeries, in any order. */
export function chooseEvents(checkoutId: string, types: readonly string[], dice: Dice): ChosenEvent[] {
  const event = (type: string, more: Partial<ChosenEvent> = {}): ChosenEvent => ({
    id: `evt_${randomUUID()}`,
    type: `payment.${type}`,
    data: { checkoutId },
    times: dice.whole(1, 3),
    signature: 'valid',
    ...more,
  });
  const genuine = types.flatMap((type) => Array.from({ length: dice.whole(1, 2) }, () => event(type)));
  const forged = dice.chance(0.3)
    ? [event('captured', { signature: dice.pick(['wrongSecret', 'tampered']) })]
    : [];
  const strange = dice.chance(0.1) ? [event('captured', { data: { checkoutId, amount: 1 } })] : [];
  return dice.shuffle([...genuine, ...forged, ...strange]);
}

interface Delivered {
  id: string;
  status?: number;
}

async function send(stack: TestStack, events: readonly ChosenEvent[]): Promise<Delivered[]> {
  const response = await fetch(`${stack.info.payments}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  }).catch(() => undefined);
  if (!response?.ok) return [];
  return ((await response.json()) as { deliveries: Delivered[] }).deliveries;
}

/** Has the provider send all of them, several at a time, until each was heard by the shop at least once. */
export async function tell(stack: TestStack, events: readonly ChosenEvent[]): Promise<number> {
  const end = Date.now() + PATIENCE_MS;
  let deliveries = 0;
  let left = events;
  while (left.length > 0) {
    if (Date.now() > end) throw new Error(`${left.length} events were never heard`);
    const parts = Array.from({ length: PARALLEL }, (_, part) =>
      left.filter((_event, at) => at % PARALLEL === part),
    );
    const sent = (await Promise.all(parts.map((part) => send(stack, part)))).flat();
    deliveries += sent.length;
    const heard = new Set(sent.filter(({ status }) => HEARD.includes(status ?? 0)).map(({ id }) => id));
    left = left.filter(({ id }) => !heard.has(id));
    if (left.length > 0) await pause(300);
  }
  return deliveries;
}
