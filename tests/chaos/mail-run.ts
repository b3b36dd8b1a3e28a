/**
 * Abandoned carts whose mails fall due while every part of the shop is killed twice: each message comes once and not late, and none to whoever
 * has changed the cart, ordered, unsubscribed or been erased.
 */
import type { InboxMail } from '../support/test-inbox.ts';
import { eventually } from '../support/eventually.ts';
import type { TestStack } from '../support/stack.ts';
import { FATES, type Fate, Fates, LINK_KEYS, type Leaver, leaveCart } from './mail-crowd.ts';
import { createDice, type Dice, pause } from './random.ts';

export interface MailRunOptions {
  stack: TestStack;
  seed: number;
  carts: number;
  /** The delays of the stack (`mailSettings`). */
  delaysMs: readonly number[];
}

export interface MailReport {
  carts: Record<Fate, number>;
  kills: number;
  mails: number;
  /** Handed over more than once under one Message-ID: a worker died between the server's yes and its note of it. */
  repeatedDeliveries: number;
  /** The latest of them, after it was due or after the last part was back, whichever was later. */
  latestMs: number;
  seconds: number;
  faults: string[];
}

/** Settings of a stack for this run. */
export const mailSettings = (delaysMs: readonly number[]): Record<string, string> => ({
  LINK_TOKEN_KEYS: LINK_KEYS,
  QUIET_HOURS: 'off',
  ABANDONMENT_DELAYS: delaysMs.map((ms) => `${ms / 1_000}s`).join(','),
});

const VICTIMS = ['worker-1', 'worker-2', 'api-1', 'api-2', 'temporal', 'postgres', 'inbox', 'payments'];
const CROWD_AT_ONCE = 16;

/** A mail that was being handed over when its shopper came back. */
const ON_ITS_WAY_MS = 2_000;
const LATE_MS = 60_000;

/** One in four does something else than staying away. */
const fateOf = (index: number): Fate => (index % 2 === 0 ? 'away' : (FATES[((index - 1) / 2) % 8] ?? 'away'));

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  const take = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: CROWD_AT_ONCE }, take));
}

/** Each victim twice, spread over the time; two at once now and then. Answers when all are back. */
async function killAll(stack: TestStack, dice: Dice, windowMs: number): Promise<number> {
  const victims = [...dice.shuffle(VICTIMS), ...dice.shuffle(VICTIMS)];
  const kills = victims.length;
  while (victims.length > 0) {
    const some = [...new Set(victims.splice(0, dice.chance(0.25) ? 2 : 1))];
    await pause(dice.whole(0, (2 * windowMs) / kills));
    for (const victim of some) await stack.kill(victim);
    await pause(dice.whole(0, 1_500));
    const order = ['postgres', 'temporal'];
    for (const victim of some.sort((a, b) => order.indexOf(b) - order.indexOf(a)))
      await stack.restart(victim);
  }
  return kills;
}

/** When the change was made: an answer that got lost is asked for until later. */
async function noteChanges(stack: TestStack, leavers: readonly Leaver[]): Promise<void> {
  for (const leaver of leavers.filter(({ fate }) => fate === 'changed')) {
    const [row] = await stack.sql<{ at: Date }[]>`
      SELECT max(at) AS at FROM cart_audit WHERE cart_id = ${leaver.cartId} AND kind = 'addItem'`;
    leaver.actedAt = row?.at.getTime() ?? 0;
  }
}

interface Judged {
  leaver: Leaver;
  mails: InboxMail[];
}

const receivedAt = (mail: InboxMail): number => Date.parse(mail.receivedAt);

/** What is wrong with the mails of one shopper. */
function faultsOf({ leaver, mails }: Judged, steps: number): string[] {
  const { fate, email, actedAt } = leaver;
  const subjects = mails.map(({ subject }) => subject).join(' | ');
  const say = (what: string) => [`${email}: ${what} (${subjects})`];
  const after = mails.filter((mail) => receivedAt(mail) > actedAt + ON_ITS_WAY_MS);
  if (fate === 'away') return mails.length === steps ? [] : say(`${mails.length} of ${steps} mails`);
  if (fate === 'changed') {
    return after.length === steps ? [] : say(`${after.length} of ${steps} mails after the change`);
  }
  return after.length === 0 ? [] : say(`${after.length} mails after it was ${fate}`);
}

/** Those who are written to get as many mails as there are steps; the last of them at the end of all delays. */
function isComplete(judged: readonly Judged[], steps: number): boolean {
  return judged.every(({ leaver, mails }) => {
    if (leaver.fate === 'away') return mails.length >= steps;
    if (leaver.fate !== 'changed') return true;
    return mails.filter((mail) => receivedAt(mail) > leaver.actedAt + ON_ITS_WAY_MS).length >= steps;
  });
}

/** Milliseconds after it was due (or after everything was back) that the latest mail came. */
function latestOf(judged: readonly Judged[], delaysMs: readonly number[], backAt: number): number {
  const lateness = judged.flatMap(({ leaver, mails }) => {
    const since = leaver.fate === 'changed' ? leaver.actedAt : leaver.leftAt;
    if (leaver.fate !== 'away' && leaver.fate !== 'changed') return [];
    const times = mails.map(receivedAt).toSorted((a, b) => a - b);
    return delaysMs.map((delay, index) => {
      const time = times.at(index - delaysMs.length) ?? 0;
      return time - Math.max(since + delay, backAt);
    });
  });
  return Math.max(0, ...lateness);
}

async function judge(stack: TestStack, leavers: readonly Leaver[]): Promise<Judged[]> {
  const byAddress = new Map<string, InboxMail[]>();
  for (const mail of await stack.inbox.messages()) {
    const address = mail.to[0] ?? '';
    byAddress.set(address, [...(byAddress.get(address) ?? []), mail]);
  }
  return leavers.map((leaver) => ({ leaver, mails: byAddress.get(leaver.email) ?? [] }));
}

export async function runMails({ stack, seed, carts, delaysMs }: MailRunOptions): Promise<MailReport> {
  const dice = createDice(seed);
  const startedAt = Date.now();
  const leavers: Leaver[] = [];
  const indexes = Array.from({ length: carts }, (_, index) => index);
  await inParallel(indexes, async (index) => {
    leavers.push(await leaveCart(stack, fateOf(index), index));
  });
  const fates = new Fates(stack);
  const [first = 0] = delaysMs;
  // Kills begin a little before the first message is due, and what shoppers do falls into the same window.
  const opening = Math.min(...leavers.map(({ leftAt }) => leftAt)) + first * 0.6;
  const windowMs = Math.max(20_000, Date.now() - startedAt + first * 0.5);
  await pause(Math.max(0, opening - Date.now()));
  const killing = killAll(stack, dice, windowMs);
  const busy = leavers.filter(({ fate }) => fate !== 'away');
  const acting = Promise.all(
    busy.map(async (leaver) => {
      await pause(dice.whole(0, Math.max(0, leaver.leftAt + first * 1.2 - Date.now())));
      await fates.fulfil(leaver);
    }),
  );
  const kills = await killing;
  const backAt = Date.now();
  await acting;
  await noteChanges(stack, leavers);
  const lastAct = Math.max(...leavers.map(({ leftAt, actedAt }) => Math.max(leftAt, actedAt)));
  const patience = Math.max(0, lastAct + (delaysMs.at(-1) ?? 0) - Date.now()) + LATE_MS + 30_000;
  await eventually(async () => isComplete(await judge(stack, leavers), delaysMs.length), {
    within: patience,
    every: 1_000,
  }).catch(() => undefined);
  // What should not come has the same time to come.
  await pause(Math.max(0, Math.max(backAt, lastAct + (delaysMs.at(-1) ?? 0)) + 5_000 - Date.now()));
  const judged = await judge(stack, leavers);
  const latestMs = latestOf(judged, delaysMs, backAt);
  const faults = judged.flatMap((one) => faultsOf(one, delaysMs.length));
  if (latestMs > LATE_MS) faults.push(`a mail came ${latestMs} ms late`);
  const mails = judged.flatMap((one) => one.mails);
  const count = (fate: Fate): number => leavers.filter((leaver) => leaver.fate === fate).length;
  return {
    carts: Object.fromEntries(FATES.map((fate) => [fate, count(fate)])) as Record<Fate, number>,
    kills,
    mails: mails.length,
    repeatedDeliveries: mails.filter(({ deliveries }) => deliveries > 1).length,
    latestMs,
    seconds: Math.round((Date.now() - startedAt) / 1_000),
    faults,
  };
}
