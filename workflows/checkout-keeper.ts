/** Holds one checkout inside its workflow: how far it is, what the payment has come to, and the story that operators read. */
import { patched, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { linesText } from '../cart/goods-text.ts';
import { moneyText } from '../cart/money-text.ts';
import { isSettled, moreFinal } from '../cart/payment-state.ts';
import { totalsOfOrder } from '../cart/quote-checkout.ts';
import {
  type CheckoutEnd,
  type CheckoutPayment,
  type CheckoutStatus,
  type CheckoutView,
  isOpen,
} from '../contract/checkouts.ts';
import type { Refusal } from '../contract/operations.ts';
import type { OrderTotals, PricedOrder } from '../contract/orders.ts';
import type { PaymentProgress, PaymentStatus } from '../contract/payments.ts';
import type { ProductFacts } from '../contract/product-facts.ts';
import type { CheckoutInput } from './checkout-input.ts';
import { type Transactions, transactions } from './checkout-transactions.ts';
import { CHECKOUT_STATUS } from './search-attributes.ts';

/** How a checkout ends without an order. */
export interface End {
  status: CheckoutEnd;
  /** For operators; never what a shopper typed. */
  why: string;
  refusal?: Refusal;
  /** What the catalogue said, for the cart to show. */
  facts?: readonly ProductFacts[];
}

const instant = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString();

export class CheckoutKeeper {
  readonly input: CheckoutInput;
  status: CheckoutStatus = 'preparing';
  /** Set once prices hold. */
  priced: PricedOrder | undefined;
  totals: OrderTotals | undefined;
  payment: PaymentProgress | undefined;
  paymentStatus: PaymentStatus = 'created';
  /** Epoch ms. */
  heldUntil: number | undefined;
  payUntil: number | undefined;
  orderId: string | undefined;
  stopAskedBy: 'shopper' | 'operator' | undefined;
  /** Money without an order has gone back, or a person was told. */
  isMoneySettled = false;
  /** Asked once, at the beginning: a checkout keeps to the way that it began with. Before, only queries told how it was doing. */
  readonly isPublished = patched('published-view');
  readonly hasLocalSteps = this.isPublished || patched('local-transactions');
  readonly #startedAt = Date.now();
  #endedAt: number | undefined;
  #refusal: Refusal | undefined;
  readonly #story: string[] = [];

  constructor(input: CheckoutInput) {
    this.input = input;
    this.tell(`began: ${linesText(input.lines.length)}, ${this.money(input.wish.expectedTotal)} agreed to`);
  }

  get isPaid(): boolean {
    return this.paymentStatus === 'captured';
  }

  /** Money came, and there is no order for it. */
  get owesMoney(): boolean {
    return this.isPaid && this.orderId === undefined && !this.isMoneySettled;
  }

  /** Whatever comes next, waiting for the payment is over. */
  get isDecided(): boolean {
    return isSettled(this.paymentStatus);
  }

  get isReady(): boolean {
    return this.status !== 'preparing';
  }

  get hasEnded(): boolean {
    return !isOpen(this.status);
  }

  /** The plain transactions of PostgreSQL. `summary` is what operators read on the event. */
  transactions(summary: string): Transactions {
    return transactions(summary, this.hasLocalSteps);
  }

  money(amount: number): string {
    return moneyText(amount, this.input.currency);
  }

  /** What a provider said, by event or by answer: repeated or out of order, the most final counts. */
  see(status: PaymentStatus, source: string): void {
    const next = moreFinal(this.paymentStatus, status);
    if (next === this.paymentStatus) return;
    this.paymentStatus = next;
    this.tell(`payment ${next} (${source})`);
  }

  know(progress: PaymentProgress, source: string): void {
    this.payment = progress;
    this.see(progress.status, source);
  }

  /** One more line of the story. */
  tell(line: string): void {
    this.#story.push(`${new Date().toISOString().slice(11, 23)} ${line}`);
    this.#show();
  }

  enter(status: CheckoutStatus): void {
    this.status = status;
    if (this.hasEnded) this.#endedAt ??= Date.now();
    this.#show();
    // Each costs Temporal's index a write: `paid` is passed in the same moment, unless the order cannot be written (see placeOrder).
    if (status !== 'paid' || !this.isPublished) this.index();
  }

  /** Has operators find it by its status. */
  index(): void {
    upsertSearchAttributes([{ key: CHECKOUT_STATUS, value: this.status }]);
  }

  end({ status, why, refusal }: End): void {
    this.#refusal = refusal;
    this.tell(`ended: ${why}`);
    this.enter(status);
  }

  take(priced: PricedOrder): void {
    this.priced = priced;
    this.totals = totalsOfOrder(priced);
  }

  view(): CheckoutView {
    const { input, status, totals, heldUntil, payUntil } = this;
    const isHeld = isOpen(status) && heldUntil !== undefined;
    return {
      id: input.checkoutId,
      cartId: input.cartId,
      status,
      currency: input.currency,
      totals: totals ?? null,
      payment: this.#paymentView(),
      heldUntil: isHeld ? instant(heldUntil) : null,
      payUntil: status === 'pending' ? instant(payUntil) : null,
      orderId: this.orderId ?? null,
      refusal: this.#refusal ?? null,
      startedAt: new Date(this.#startedAt).toISOString(),
      endedAt: instant(this.#endedAt),
    };
  }

  #paymentView(): CheckoutPayment | null {
    if (!this.payment) return null;
    const { provider, amount, redirectUrl } = this.payment;
    const page = this.status === 'pending' ? redirectUrl : null;
    return { provider, amount, status: this.paymentStatus, redirectUrl: page };
  }

  #show(): void {
    const sum = this.totals ? `, ${this.money(this.totals.total)}` : '';
    const order = this.orderId === undefined ? '' : `, order ${this.orderId}`;
    const steps = this.#story.map((line) => `- ${line}`);
    setCurrentDetails([`**${this.status}**${sum}${order}`, '', ...steps].join('\n'));
  }
}
