/** Both sides of merges as the main loop sees them: what has arrived, what is to be sent, when to ask again. */
import type { CartKeeper } from './cart-keeper.ts';
import { Mail } from './mail.ts';
import { MergeGiver } from './merge-giver.ts';
import { MergeTaker } from './merge-taker.ts';

export class CartMerges {
  /** The customer's side. */
  readonly taker: MergeTaker;
  /** The guest's side. */
  readonly giver: MergeGiver;
  readonly #mail = new Mail();

  constructor(keeper: CartKeeper) {
    this.taker = new MergeTaker(keeper, this.#mail);
    this.giver = new MergeGiver(keeper, this.#mail);
  }

  get haveArrived(): boolean {
    return this.taker.hasArrived;
  }

  get areDue(): boolean {
    return this.haveArrived || this.#mail.isWaiting;
  }

  /** Nothing between the carts would be lost by the end of this run. */
  get areIdle(): boolean {
    return this.#mail.isIdle && !this.haveArrived;
  }

  /** Epoch ms at which a silent cart is asked again. */
  get remindAt(): number | undefined {
    const instants = [this.taker.remindAt, this.giver.remindAt].filter((at) => at !== undefined);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  takeArrived(): Promise<void> {
    return this.taker.takeArrived();
  }

  remind(): void {
    this.taker.remind();
    this.giver.remind();
  }

  /** After the publication: whoever hears of it may read it. */
  send(): void {
    this.#mail.send();
  }
}
