/** Sends one request as a good client does: the same key, at any API process, until it is decided. */
import type { Answer, RequestSpec, Shopper } from '../support/client.ts';
import type { Journal } from './journal.ts';
import { type Dice, pause } from './random.ts';

/** Longer than any outage of a run. */
const PATIENCE_MS = 120_000;
const UNDECIDED = new Set([429, 503, 504]);

export interface Keyed {
  cart: string;
  shopper: Shopper;
  key: string;
  request: RequestSpec;
}

async function sendOnce({ shopper, key, request }: Keyed, api: number): Promise<Answer | undefined> {
  const headers = { 'idempotency-key': key, ...request.headers };
  return await shopper
    .at(api)
    .send({ ...request, headers })
    .catch(() => undefined);
}

/** The answer that decides; undefined when none came in two minutes. */
export async function settle(keyed: Keyed, journal: Journal, dice: Dice): Promise<Answer | undefined> {
  const { cart, key, request } = keyed;
  const what = `${request.method} ${request.path} ${key} of ${cart}`;
  const end = Date.now() + PATIENCE_MS;
  for (let tries = 0; Date.now() < end; tries += 1) {
    journal.write({ send: key, tries, cart, request });
    if (tries > 0) journal.figures.retried += 1;
    const answer = await sendOnce(keyed, dice.whole(0, 1));
    journal.count(answer?.status ?? 'none', `${what}: ${answer?.text.slice(0, 300)}`);
    journal.write({ answer: key, status: answer?.status, replay: answer?.isReplay, etag: answer?.etag });
    if (answer && !UNDECIDED.has(answer.status)) return answer;
    await pause(dice.whole(30, 300));
  }
  return undefined;
}

/** A request that has succeeded, once more: it must be told as a replay. */
export async function repeat(keyed: Keyed, journal: Journal, dice: Dice): Promise<void> {
  const answer = await settle(keyed, journal, dice);
  journal.figures.repeated += 1;
  const isGood = answer && (answer.isReplay || answer.status === 202);
  if (!isGood)
    journal.breach(`a repeat was no replay: ${keyed.key}: ${answer?.status} ${answer?.text.slice(0, 300)}`);
}
