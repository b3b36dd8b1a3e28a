/**
 * Every step of a checkout kills its worker, once before and once after its effect, on every way that checkouts go; all of them side by side on
 * real processes. Which steps there are nobody has written down: they are all activities that the worker knows.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { audit, live, nextCheckoutOf, type Story, type StoryShop } from '../checkout/stories.ts';
import { guestToken, send, toAnswer } from '../api/test-api.ts';
import { checkStock } from '../support/checkouts.ts';
import { Shopper } from '../support/checkout-shop.ts';
import { eventually } from '../support/eventually.ts';
import type { TestStack } from '../support/stack.ts';
import { keepWorkersUndying } from '../support/undying-workers.ts';
import { lookAfterTerminated } from './look-after-terminated.ts';
import { WAYS } from './death-ways.ts';

/** Settings under which the stack is to run: nothing works beside the checkouts, and no hold ends while workers are dead. */
export const DEATH_ENVIRONMENT = {
  RETENTION_INTERVAL: 'off',
  RECONCILE_INTERVAL: 'off',
  CONTINUE_AS_NEW_AFTER_EVENTS: '30',
  NODE_ENV: 'test',
};

export interface DeathReport {
  /** Points at which a worker has died: `createOrder.after.exit`, with the workflow behind it where each has its own. */
  points: string[];
  /** How often workers came back. */
  returns: number;
  seconds: number;
  /** Sentences; empty when all is well. */
  faults: string[];
}

/** For all that one checkout waits for, its workers dying more than a dozen times: with each try of one task Temporal waits longer before the next. */
const PATIENCE_MS = 1_200_000;

/** Ways that go side by side where each dies at all of its steps: of more there would never be a living worker for long. */
const AT_ONCE = 3;

/** Until there is an answer that is no outage; the same request by the same key. */
const insistently =
  (stack: TestStack): StoryFetch =>
  (place, init) =>
    eventually(
      async () => {
        const answer = await toAnswer(await fetch(`${stack.api[0]}${place}`, init));
        return answer.status < 500 && answer;
      },
      { within: PATIENCE_MS, every: 200, attempt: 20_000 },
    );

type StoryFetch = ConstructorParameters<typeof Shopper>[0];

function shopOf(stack: TestStack): StoryShop {
  const provider = (place: string, init?: RequestInit) => fetch(`${stack.info.payments}${place}`, init);
  return {
    temporal: { sql: stack.sql },
    provider: { fetch: provider, database: { sql: stack.sql } },
    patienceMs: PATIENCE_MS,
    async pay(checkoutId, choice) {
      const { payments } = (await (await provider(`/payments?checkoutId=${checkoutId}`)).json()) as {
        payments: { paymentId: string }[];
      };
      const body = new URLSearchParams({ choice });
      await provider(`/pay/${payments[0]?.paymentId}`, { method: 'POST', body, redirect: 'manual' });
    },
    async emit(...events) {
      const list = events.map(({ checkoutId, ...event }) => ({ ...event, data: { checkoutId } }));
      await provider('/events', send('POST', list));
    },
  };
}

interface Traveller {
  way: string;
  story: Story;
  shopper: Shopper;
  email: string;
  checkoutId: string;
}

/** With a full cart. No worker dies yet: a guest whose first answer is lost is nobody. */
async function setOut(stack: TestStack, [way, story]: [string, Story], index: number): Promise<Traveller> {
  const sku = story.ownStock ? `T-${String(index + 1).padStart(3, '0')}` : 'T-A';
  const fetch = insistently(stack);
  const shopper = new Shopper(fetch, {
    'cart-token': guestToken(await fetch('/cart/items', send('POST', { sku, quantity: 1 }))),
  });
  const email = `traveller-${index}@shopper.example`;
  return { way, story, shopper, email, checkoutId: await nextCheckoutOf(shopper) };
}

/** Throws where it did not end as it should. */
async function travel(shop: StoryShop, stack: TestStack, traveller: Traveller): Promise<void> {
  const { story, shopper, email, checkoutId } = traveller;
  const end = await live(shop, shopper, story, email);
  if (end !== story.end) throw new Error(`it ended as ${end}, not as ${story.end}`);
  await audit(shop, shopper, checkoutId, end);
  const alarms = await stack.sql<{ kind: string }[]>`
    SELECT kind FROM alarms WHERE subject = ${checkoutId} ORDER BY kind`;
  const [told, due] = [alarms.map(({ kind }) => kind).join(', '), (story.alarms ?? []).join(', ')];
  if (told !== due) throw new Error(`its alarms are [${told}], not [${due}]`);
  if (end === 'completed') await stack.inbox.to(email, 1, PATIENCE_MS);
}

/** Mails that came twice, or to whom nothing was to be said. */
async function wrongMails(stack: TestStack, travellers: readonly Traveller[]): Promise<string[]> {
  const mails = await stack.inbox.messages();
  return travellers.flatMap(({ way, story, email }) => {
    const count = mails.filter(({ to }) => to.includes(email)).length;
    const due = story.end === 'completed' ? 1 : 0;
    return count === due ? [] : [`${way}: ${count} mails came, not ${due}`];
  });
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `oncePer` workflow: each way dies at each of its steps. `shop`: each step is died at once, by whichever way comes there first. */
export async function runDeaths(stack: TestStack, oncePer: 'shop' | 'workflow'): Promise<DeathReport> {
  const startedAt = Date.now();
  const shop = shopOf(stack);
  const travellers = await Promise.all(Object.entries(WAYS).map((way, index) => setOut(stack, way, index)));
  const lookAfter = await lookAfterTerminated(stack, PATIENCE_MS);
  const workers = keepWorkersUndying(stack, {
    FAULTS: '*:before:exit,*:after:exit',
    FAULTS_ONCE_PER: oncePer,
  });
  const faults: string[] = [];
  const note = (way: string, end: Promise<unknown>) =>
    end.catch((error: unknown) => void faults.push(`${way}: ${sentence(error)}`));
  const lookingAfter = note('a checkout that was terminated', lookAfter());
  const waiting = [...travellers];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await note(next.way, travel(shop, stack, next));
    }
  };
  const lanes = oncePer === 'workflow' ? AT_ONCE : travellers.length;
  await Promise.all([lookingAfter, ...Array.from({ length: lanes }, lane)]);
  await workers.stop();
  faults.push(...(await wrongMails(stack, travellers)));
  await checkStock(stack.sql).catch((error) => faults.push(sentence(error)));
  return {
    points: readdirSync(path.join(stack.info.data, 'faults')).sort(),
    returns: workers.returns(),
    seconds: Math.round((Date.now() - startedAt) / 1_000),
    faults,
  };
}
