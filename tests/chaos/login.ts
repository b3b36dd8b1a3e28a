/**
 * One login under chaos: a guest with units in the cart signs in, while adds go on at both carts and others ask for the same merge. All
 * acknowledged units belong to one account: in the end they must be in the customer's cart, once.
 */
import { randomUUID } from 'node:crypto';
import type { Answer, RequestSpec, Shopper } from '../support/client.ts';
import { customer, guest } from '../support/client.ts';
import { type CartAccount, COUNTING_SKU, type Ledger } from '../support/ledger.ts';
import type { TestStack } from '../support/stack.ts';
import type { Journal } from './journal.ts';
import { type Dice, pause } from './random.ts';
import { type Keyed, repeat, settle } from './settle.ts';

/** A customer who got the guest's cart, and the token that must be dead now. */
export interface LoggedIn {
  shopper: Shopper;
  account: CartAccount;
  token: string;
}

interface Parts {
  stack: TestStack;
  ledger: Ledger;
  journal: Journal;
  dice: Dice;
}

const isSuccess = (answer: Answer | undefined): answer is Answer =>
  answer !== undefined && answer.status >= 200 && answer.status < 300;

const wasMerged = (answer: Answer | undefined): boolean =>
  isSuccess(answer) && answer.json<{ merge: { merged: boolean } }>().merge.merged;

async function send({ journal, dice }: Parts, keyed: Keyed): Promise<Answer | undefined> {
  const answer = await settle(keyed, journal, dice);
  if (isSuccess(answer)) journal.figures.acknowledged += 1;
  return answer;
}

/** A guest's name comes with its first answer: where that is lost, another guest is made. */
async function openGuest({ stack, journal }: Parts, account: CartAccount): Promise<Shopper> {
  for (let tries = 0; tries < 600; tries += 1) {
    const shopper = guest(stack.api).at(tries);
    const answer = await shopper.add(COUNTING_SKU).catch(() => undefined);
    journal.count(answer?.status ?? 'none', 'first add of a guest');
    if (answer?.status === 201) {
      account.counted += 1;
      return shopper;
    }
    await pause(100);
  }
  throw new Error('No guest could be made in a minute.');
}

const keyedFor = (shopper: Shopper, account: CartAccount, request: RequestSpec): Keyed => ({
  cart: account.cart,
  shopper,
  key: randomUUID(),
  request,
});

async function addMarked(parts: Parts, shopper: Shopper, account: CartAccount): Promise<void> {
  const marker = randomUUID();
  account.markers.set(marker, 'open');
  const sku = `T-0${parts.dice.whole(10, 99)}`;
  const body = { sku, quantity: 1, separateLine: true, attributes: { marker } };
  const answer = await send(parts, keyedFor(shopper, account, { method: 'POST', path: '/cart/items', body }));
  if (answer) account.markers.set(marker, isSuccess(answer) ? 'present' : 'refused');
}

async function addCounted(parts: Parts, shopper: Shopper, account: CartAccount): Promise<void> {
  account.countedOpen += 1;
  const body = { sku: COUNTING_SKU, quantity: 1 };
  const answer = await send(parts, keyedFor(shopper, account, { method: 'POST', path: '/cart/items', body }));
  if (!answer) return;
  account.countedOpen -= 1;
  if (isSuccess(answer)) account.counted += 1;
}

/** Until the merge is decided, and a little beyond. */
async function addSome(parts: Parts, shopper: Shopper, account: CartAccount, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    if (parts.dice.chance(0.5)) await addMarked(parts, shopper, account);
    else await addCounted(parts, shopper, account);
  }
}

/** Asks for the merge, sometimes by two keys at once; says whether it got the cart. */
async function merge(parts: Parts, shopper: Shopper, token: string, account: CartAccount): Promise<boolean> {
  const { dice, journal } = parts;
  const request = { method: 'POST', path: '/cart/merge', body: {}, headers: { 'cart-token': token } };
  const asked = [keyedFor(shopper, account, request)];
  if (dice.chance(0.3)) asked.push(keyedFor(shopper, account, request));
  const answers = await Promise.all(asked.map((keyed) => send(parts, keyed)));
  const verdicts = new Set(answers.map(wasMerged));
  if (verdicts.size !== 1 || answers.includes(undefined)) {
    journal.breach(
      `one merge, several answers: ${answers.map((answer) => answer?.text.slice(-200)).join(' | ')}`,
    );
  }
  const [first] = asked;
  if (verdicts.has(true) && first && dice.chance(0.3)) await repeat(first, journal, dice);
  return verdicts.has(true);
}

/** Plays it through. Undefined where nobody got the cart, which is a breach. */
export async function playLogin(parts: Parts, number: number): Promise<LoggedIn | undefined> {
  const { stack, ledger, journal, dice } = parts;
  const account = ledger.account(`login-${number}`);
  const visitor = await openGuest(parts, account);
  await addSome(parts, visitor, account, dice.whole(0, 3));
  const token = visitor.credentials['cart-token'] ?? '';
  const shopper = await customer(stack.info);
  const isContested = dice.chance(0.15);
  const rival = isContested ? await customer(stack.info) : undefined;
  // What the customers put in themselves would be in either cart; a contested guest comes to empty ones.
  const [won, rivalWon] = await Promise.all([
    merge(parts, shopper, token, account),
    rival ? merge(parts, rival, token, account) : false,
    addSome(parts, visitor, account, dice.whole(0, 2)),
    isContested ? undefined : addSome(parts, shopper.at(1), account, dice.whole(0, 2)),
  ]);
  if (won === rivalWon) {
    journal.breach(`login-${number}: ${won ? 'two customers' : 'nobody'} got the guest's cart`);
    return undefined;
  }
  return { shopper: won ? shopper : (rival ?? shopper), account, token };
}
