/**
 * What undoes a checkout, the newest first. Registered before the step that it undoes, so that a step whose answer was lost is undone too;
 * each may be run again and for a step that never happened.
 */
import { condition } from '@temporalio/workflow';
import { cancelOpenPayment, type PaymentRequest } from './cancel-open-payment.ts';
import type { CheckoutKeeper, End } from './checkout-keeper.ts';
import { insist } from './checkout-steps.ts';

export class Compensations {
  readonly #keeper: CheckoutKeeper;
  #holdsStock = false;
  #payment: PaymentRequest | undefined;

  constructor(keeper: CheckoutKeeper) {
    this.#keeper = keeper;
  }

  /** Before stock is held. */
  releaseStock(): void {
    this.#holdsStock = true;
  }

  /** Before the payment is created. */
  cancelPayment(request: PaymentRequest): void {
    this.#payment = request;
  }

  /**
   * Runs all of them to the end. `paid`: the provider had the money when it was asked to give the payment up; nothing is undone then but
   * what the clock had promised. The stock goes back on the promised second, whether or not the provider answers.
   */
  async run(end: End): Promise<'undone' | 'paid'> {
    let isOver = false;
    const cancelling = this.#cancel().then((isPaid) => {
      isOver = true;
      return isPaid;
    });
    const left = (this.#keeper.heldUntil ?? 0) - Date.now();
    if (!isOver && this.#payment) {
      await condition(() => isOver, Math.max(1_000, left), { summary: 'the stock is promised back' });
    }
    if (isOver && (await cancelling)) return 'paid';
    await this.#release(end);
    return (await cancelling) ? 'paid' : 'undone';
  }

  /** Whether it was too late for that. */
  async #cancel(): Promise<boolean> {
    const request = this.#payment;
    if (!request) return false;
    const keeper = this.#keeper;
    const tell = (line: string) => keeper.tell(line);
    const progress = await cancelOpenPayment(request, tell);
    this.#payment = undefined;
    if (progress) keeper.know(progress, 'answer to the cancellation');
    const isPaid = progress?.status === 'captured';
    keeper.tell(isPaid ? 'too late to cancel: it is paid' : 'compensated: no payment is open');
    return isPaid;
  }

  async #release({ status }: End): Promise<void> {
    if (!this.#holdsStock) return;
    this.#holdsStock = false;
    const keeper = this.#keeper;
    const { checkoutId, cartId, ownerHash } = keeper.input;
    const tell = (line: string) => keeper.tell(line);
    const request = { checkoutId, cartId, ownerHash, reason: status };
    await insist({ what: 'releasing the stock', tell }, () =>
      keeper.transactions('compensation: release the stock').releaseStock(request),
    );
    keeper.tell('compensated: no stock is held');
  }
}
