/** Asks until there is an answer that is no outage; a write is sent by the same key each time. */
import type { Answer } from './client.ts';
import { eventually, type EventuallyOptions } from './eventually.ts';

export const insist = (
  ask: () => Promise<Answer>,
  bounds: EventuallyOptions = { within: 120_000, every: 200 },
): Promise<Answer> =>
  eventually(async () => {
    const answer = await ask();
    if (answer.status < 500 && answer.status !== 429) return answer;
    throw new Error(`The last answer was ${answer.status}: ${answer.text}`);
  }, bounds);
