/**
 * A guest who buys over HTTP as a good client does: the same request by the same key, at the other API process where one is away, until
 * there is an answer. Buys again and again with one cart, which goes on empty after each order.
 */
import { randomUUID } from 'node:crypto';
import type { CartView } from '../../contract/cart-view.ts';
import { type CheckoutView, isOpen } from '../../contract/checkouts.ts';
import { pause } from '../chaos/random.ts';
import { type Answer, guest, type RequestSpec, type Shopper } from '../support/client.ts';

/** Longer than any outage of a run. */
const PATIENCE_MS = 90_000;
const PAUSE_MS = 100;

/** How one attempt to buy came out: an end of the checkout, or the code of the refusal. */
export type Outcome = CheckoutView['status'] | (string & {});

export interface BeginMore {
  key?: string;
  /** The API process that is asked first. */
  api?: number;
}

const isAnswer = (answer: Answer | undefined): answer is Answer =>
  answer !== undefined && answer.status < 500 && answer.status !== 429;

export class Buyer {
  readonly #apis: readonly string[];
  #shopper: Shopper;
  #cart: CartView | undefined;

  constructor(apis: readonly string[]) {
    this.#apis = apis;
    this.#shopper = guest(apis);
  }

  get cart(): CartView {
    if (!this.#cart) throw new Error('This buyer has no cart yet.');
    return this.#cart;
  }

  /** Asks until it is decided. Throws when nobody has an answer for a minute and a half. */
  async ask(request: RequestSpec, { key, api = 0 }: BeginMore = {}): Promise<Answer> {
    const headers = { ...request.headers, ...(key === undefined ? {} : { 'idempotency-key': key }) };
    const end = Date.now() + PATIENCE_MS;
    let last: Answer | undefined;
    for (let tries = 0; Date.now() < end; tries += 1) {
      const shopper = this.#shopper.at(api + tries);
      last = await shopper.send({ ...request, headers }).catch(() => undefined);
      if (isAnswer(last)) return last;
      await pause(Math.min(500, PAUSE_MS * (tries + 1)));
    }
    const who = `cart ${this.#cart?.id ?? 'none'} at version ${this.#cart?.version ?? 0}`;
    throw new Error(`${request.method} ${request.path} of ${who} was never answered: ${last?.text ?? '-'}`);
  }

  /** Has these units, and nothing else, in the cart; waits while a checkout has it. */
  async fill(sku: string, quantity: number): Promise<CartView> {
    const add = { sku, quantity };
    const operations = [{ type: 'clear' }, { type: 'addItem', ...add }];
    const isFirst = this.#cart === undefined;
    // A guest whose first answer is lost has no name to ask again by, and is another one then.
    if (isFirst) this.#shopper = guest(this.#apis);
    const request = isFirst
      ? { method: 'POST', path: '/cart/items', body: add }
      : { method: 'POST', path: '/cart/batch', body: { atomic: true, operations } };
    const end = Date.now() + PATIENCE_MS;
    while (Date.now() < end) {
      const answer = await this.ask(request, { key: randomUUID() });
      if (answer.status < 300) {
        this.#cart = answer.cart;
        return answer.cart;
      }
      if (answer.problem.code !== 'checkout_in_progress') throw new Error(`fill: ${answer.text}`);
      await pause(PAUSE_MS);
    }
    throw new Error('The cart was never given back.');
  }

  /** The cart as it is now. */
  async look(): Promise<CartView> {
    this.#cart = (await this.ask({ method: 'GET', path: '/cart' })).cart;
    return this.#cart;
  }

  /** Begins the checkout of the cart as it was seen last. */
  begin(testOutcome: string, { key = randomUUID(), api = 0 }: BeginMore = {}): Promise<Answer> {
    const { version, total } = this.cart;
    const body = { expectedTotal: total, testOutcome };
    const headers = { 'if-match': `"${version}"` };
    return this.ask({ method: 'POST', path: '/cart/checkout', body, headers }, { key, api });
  }

  cancel(): Promise<Answer> {
    return this.ask({ method: 'DELETE', path: '/cart/checkout' });
  }

  /** The checkout once it has ended. */
  async untilEnd(): Promise<CheckoutView> {
    const end = Date.now() + PATIENCE_MS;
    // Each look costs the checkout's workflow a question.
    for (let tries = 1; Date.now() < end; tries += 1) {
      const answer = await this.ask({ method: 'GET', path: '/cart/checkout' });
      const view = answer.json<CheckoutView>();
      if (answer.status === 200 && !isOpen(view.status)) return view;
      await pause(Math.min(1_500, 2 * PAUSE_MS * tries));
    }
    throw new Error('The checkout never ended.');
  }

  /** One attempt to buy, to its end. `onPending`: once the shopper can pay. */
  async buy(testOutcome: string, onPending?: (view: CheckoutView) => Promise<unknown>): Promise<Outcome> {
    const answer = await this.begin(testOutcome);
    if (answer.status >= 300) return answer.problem.code;
    const view = answer.json<CheckoutView>();
    if (!isOpen(view.status)) return view.status;
    await onPending?.(view);
    return (await this.untilEnd()).status;
  }
}
