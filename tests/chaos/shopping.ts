/** One cart under load: picks what to do next, does it, and keeps the account. */
import { randomUUID } from 'node:crypto';
import type { Answer, RequestSpec, Shopper } from '../support/client.ts';
import { type CartAccount, COUNTING_SKU } from '../support/ledger.ts';
import type { Journal } from './journal.ts';
import type { Dice } from './random.ts';
import { type Keyed, settle } from './settle.ts';

/** Well under the limit of lines: removals that are on their way leave room. */
const MANY_LINES = 50;
const BATCH = 3;

export interface ChaosCart {
  shopper: Shopper;
  account: CartAccount;
  /** Line ids of markers, as an answer showed them. */
  lines: Map<string, string>;
}

const markedAdd = (marker: string, dice: Dice) => ({
  sku: `T-0${dice.whole(10, 99)}`,
  quantity: 1,
  separateLine: true,
  attributes: { marker },
});

const isSuccess = (answer: Answer | undefined): answer is Answer =>
  answer !== undefined && answer.status >= 200 && answer.status < 300;

/** Remembers where the markers stand now. */
function learnLines({ lines, account }: ChaosCart, answer: Answer): void {
  if (answer.status === 202) return;
  for (const { id, attributes } of answer.cart.lines) {
    const marker = attributes['marker'];
    if (marker !== undefined && account.markers.get(marker) === 'present') lines.set(marker, id);
  }
}

export class Shopping {
  readonly #cart: ChaosCart;
  readonly #journal: Journal;
  readonly #dice: Dice;

  constructor(cart: ChaosCart, journal: Journal, dice: Dice) {
    this.#cart = cart;
    this.#journal = journal;
    this.#dice = dice;
  }

  /** Does one thing. Gives back what succeeded, so that it can be repeated. */
  step(): Promise<Keyed | undefined> {
    const { markers } = this.#cart.account;
    const standing = [...markers.values()].filter((fate) => fate !== 'removed' && fate !== 'refused').length;
    if (standing >= MANY_LINES) return this.#remove();
    const roll = this.#dice.next();
    if (roll < 0.45) return this.#addMarked(1);
    if (roll < 0.55) return this.#addMarked(BATCH);
    if (roll < 0.63) return this.#addLater();
    return roll < 0.85 ? this.#addCounted() : this.#remove();
  }

  #keyed(request: RequestSpec): Keyed {
    const { shopper, account } = this.#cart;
    return { cart: account.cart, shopper, key: randomUUID(), request };
  }

  async #send(request: RequestSpec): Promise<{ keyed: Keyed; answer: Answer | undefined }> {
    const keyed = this.#keyed(request);
    const answer = await settle(keyed, this.#journal, this.#dice);
    if (isSuccess(answer)) this.#journal.figures.acknowledged += 1;
    return { keyed, answer };
  }

  async #addMarked(count: number): Promise<Keyed | undefined> {
    const { account } = this.#cart;
    const markers = Array.from({ length: count }, () => randomUUID());
    for (const marker of markers) account.markers.set(marker, 'open');
    const adds = markers.map((marker) => markedAdd(marker, this.#dice));
    const operations = adds.map((add) => ({ type: 'addItem', ...add }));
    const { keyed, answer } = await this.#send(
      count === 1
        ? { method: 'POST', path: '/cart/items', body: adds[0] }
        : { method: 'POST', path: '/cart/batch', body: { atomic: true, operations } },
    );
    if (!answer) return undefined;
    for (const marker of markers) account.markers.set(marker, isSuccess(answer) ? 'present' : 'refused');
    if (!isSuccess(answer)) return undefined;
    learnLines(this.#cart, answer);
    return keyed;
  }

  /** 202 is an acknowledgement like any other. */
  async #addLater(): Promise<Keyed | undefined> {
    const { account } = this.#cart;
    const marker = randomUUID();
    account.markers.set(marker, 'open');
    const body = markedAdd(marker, this.#dice);
    const headers = { prefer: 'respond-async' };
    const { keyed, answer } = await this.#send({ method: 'POST', path: '/cart/items', body, headers });
    if (answer) account.markers.set(marker, isSuccess(answer) ? 'present' : 'refused');
    return isSuccess(answer) ? keyed : undefined;
  }

  async #addCounted(): Promise<Keyed | undefined> {
    const { account } = this.#cart;
    account.countedOpen += 1;
    const body = { sku: COUNTING_SKU, quantity: 1 };
    const { keyed, answer } = await this.#send({ method: 'POST', path: '/cart/items', body });
    if (!answer) return undefined;
    account.countedOpen -= 1;
    if (!isSuccess(answer)) return undefined;
    account.counted += 1;
    return keyed;
  }

  async #remove(): Promise<Keyed | undefined> {
    const { account, lines } = this.#cart;
    const known = [...lines].filter(([marker]) => account.markers.get(marker) === 'present');
    if (known.length === 0) return undefined;
    const [marker, lineId] = this.#dice.pick(known);
    account.markers.set(marker, 'removing');
    const { keyed, answer } = await this.#send({ method: 'DELETE', path: `/cart/items/${lineId}` });
    if (!isSuccess(answer)) return undefined;
    account.markers.set(marker, 'removed');
    return keyed;
  }
}
