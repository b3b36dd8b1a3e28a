/** The guest's side of a merge: hands its cart to one customer's cart, waits frozen, and closes or goes on as it is told. */
import { workflowInfo } from '@temporalio/workflow';
import { closeAsMerged, giveBack, snapshotOf, surrender } from '../cart/surrender.ts';
import type { CartKeeper } from './cart-keeper.ts';
import type { Mail } from './mail.ts';
import { type Decided, keptSignal, type SurrenderAsked, surrenderedSignal } from './messages.ts';

/** A customer's cart that was ended by force does not answer; it is asked again after this long. */
const SILENCE_MS = 30_000;

export class MergeGiver {
  readonly #keeper: CartKeeper;
  readonly #mail: Mail;

  constructor(keeper: CartKeeper, mail: Mail) {
    this.#keeper = keeper;
    this.#mail = mail;
  }

  get remindAt(): number | undefined {
    const { surrender: held } = this.#keeper.state;
    return held && held.sentAt + SILENCE_MS;
  }

  /** A customer's cart asks for this one. The same customer may ask again; another one is refused. */
  give({ to, ticket }: SurrenderAsked): void {
    const keeper = this.#keeper;
    // It has it already, and knows.
    if (keeper.state.successor === to) return;
    const { frozen, refusal } = surrender(keeper.state, { to, ticket, sentAt: Date.now() });
    if (!frozen) {
      return this.#mail.post(to, keptSignal, () => ({ ticket, ...(refusal ? { refusal } : {}) }));
    }
    keeper.turn(frozen);
    this.#sendCart();
  }

  /** The customer's cart has it for good. Twice: nothing happens. */
  close({ by }: Decided): void {
    const keeper = this.#keeper;
    const closed = closeAsMerged(keeper.state, by, Date.now());
    if (closed) keeper.become(closed, 'merge', { type: 'merge', into: by });
  }

  /** The customer's cart could not take it. */
  takeBack(ticket: string): void {
    const { state } = this.#keeper;
    const open = giveBack(state, ticket);
    if (open !== state) this.#keeper.turn(open);
  }

  remind(): void {
    const { state } = this.#keeper;
    const { surrender: held } = state;
    if (!held || (this.remindAt ?? 0) > Date.now()) return;
    this.#keeper.turn({ ...state, surrender: { ...held, sentAt: Date.now() } });
    this.#sendCart();
  }

  /** Frozen: it says the same whenever it is read. Where nobody is there to take it, it is nobody else's. */
  #sendCart(): void {
    const { state } = this.#keeper;
    const { surrender: held } = state;
    if (!held) return;
    const { ticket, to } = held;
    const write = () => ({ ticket, from: workflowInfo().workflowId, guest: snapshotOf(state) });
    this.#mail.post(to, surrenderedSignal, write, () => this.takeBack(ticket));
  }
}
