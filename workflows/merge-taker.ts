/**
 * The customer's side of a merge: asks the guest's cart for what it holds, takes it over exactly once, and tells the guest's cart how it
 * ended. Everything that a crash must not forget is in `keeper.merges`, which crosses continue-as-new.
 */
import { log, uuid4, workflowInfo } from '@temporalio/workflow';
import { refuseChange } from '../cart/apply-operation.ts';
import type { Snapshot } from '../cart/merge.ts';
import { freshen } from '../cart/reprice.ts';
import { findKey } from '../cart/remembered-keys.ts';
import { refuse } from '../cart/verdict.ts';
import type { MergeStrategy, Receipt, Refusal } from '../contract/operations.ts';
import { localActivities } from './activity-proxies.ts';
import type { PendingMerge } from './cart-input.ts';
import type { CartKeeper } from './cart-keeper.ts';
import type { Mail } from './mail.ts';
import { rememberMerge } from './merge-records.ts';
import * as messages from './messages.ts';

/** A guest's cart that was ended by force does not answer; it is asked again after this long, and nobody waits for it longer. */
const SILENCE_MS = 10_000;

/** Devices that log in at the same time. */
const MAX_PENDING = 5;

/** Asynchronous requests for one merge whose outcomes are written down. */
const MAX_SIGNALS = 20;

/** Ended attempts whose outcome somebody may still be waiting for. */
const ENDED_MAX = 50;

export interface AskedMerge {
  guest: string;
  strategy: MergeStrategy;
  envelope: messages.Envelope;
}

export class MergeTaker {
  readonly #keeper: CartKeeper;
  readonly #mail: Mail;
  #arrived: messages.Surrendered[] = [];
  /** By ticket. No outcome and no refusal: there was nothing to merge. */
  readonly #ended = new Map<string, Receipt>();
  #reminders = 0;

  constructor(keeper: CartKeeper, mail: Mail) {
    this.#keeper = keeper;
    this.#mail = mail;
  }

  get hasArrived(): boolean {
    return this.#arrived.length > 0;
  }

  /** Grows each time that a silent guest's cart is asked again: those who wait may stop. */
  get reminders(): number {
    return this.#reminders;
  }

  get remindAt(): number | undefined {
    const asked = this.#pending.map(({ askedAt }) => askedAt);
    return asked.length === 0 ? undefined : Math.min(...asked) + SILENCE_MS;
  }

  /** The answer where it can be given at once: done before, or not possible. Changes nothing: validators call it. */
  answerFor({ guest, envelope }: AskedMerge): Receipt | undefined {
    const keeper = this.#keeper;
    const [tried] = keeper.tryOut([{ ...envelope, atomic: true, operations: [] }]).applied;
    if (findKey(keeper.ledger.remembered, envelope.key)) return tried?.receipt;
    const done = keeper.merges.done.find((record) => record.guest === guest);
    if (done) {
      const { attempt, version, outcomes } = done;
      return { key: envelope.key, attempt, version, outcomes };
    }
    if (this.#pending.some((pending) => pending.guest === guest)) return undefined;
    const refusal = tried?.receipt.refusal ?? this.#refusal();
    return refusal && this.#receipt(envelope, refusal);
  }

  /** Begins, or joins what another request has begun. Gives back the ticket under which the outcome will be known. */
  begin({ guest, strategy, envelope }: AskedMerge, isSignal = false): string {
    const other = this.#pending.find((pending) => pending.guest === guest);
    if (other) {
      if (isSignal && other.signals.length < MAX_SIGNALS) other.signals.push(envelope);
      return other.ticket;
    }
    const ticket = uuid4();
    const signals = isSignal ? [envelope] : [];
    const pending = { guest, ticket, strategy, envelope, signals, askedAt: Date.now() };
    this.#pending.push(pending);
    this.#ask(pending);
    this.#keeper.show();
    return ticket;
  }

  outcomeOf(ticket: string): Receipt | undefined {
    return this.#ended.get(ticket);
  }

  /** The guest's cart has come. What is not expected (any more) goes back. */
  receive(message: messages.Surrendered): void {
    const { from, ticket } = message;
    if (this.#pending.some((pending) => pending.ticket === ticket && pending.guest === from)) {
      if (!this.#arrived.some((other) => other.ticket === ticket)) this.#arrived.push(message);
      return;
    }
    const isDone = this.#keeper.merges.done.some((record) => record.guest === from);
    this.#tell(from, isDone ? messages.mergedSignal : messages.givenBackSignal, ticket);
  }

  /** The guest's cart keeps what it has. */
  miss({ ticket, refusal }: messages.Kept): void {
    const pending = this.#pending.find((other) => other.ticket === ticket);
    if (pending) this.#end(pending, this.#receipt(pending.envelope, refusal));
  }

  /** Takes over what has come, at today's prices where the catalogue can be reached. */
  async takeArrived(): Promise<void> {
    for (let next = this.#arrived[0]; next; next = this.#arrived[0]) {
      const { ticket, guest } = next;
      const fresh = await this.#freshen(guest);
      this.#arrived.shift();
      const pending = this.#pending.find((other) => other.ticket === ticket);
      if (pending) this.#takeOver(pending, fresh);
    }
  }

  remind(): void {
    const due = this.#pending.filter(({ askedAt }) => askedAt + SILENCE_MS <= Date.now());
    for (const pending of due) {
      pending.askedAt = Date.now();
      this.#ask(pending);
    }
    if (due.length > 0) this.#reminders += 1;
  }

  get #pending(): PendingMerge[] {
    return this.#keeper.merges.pending;
  }

  #refusal(): Refusal | undefined {
    const { state } = this.#keeper;
    if (state.owner !== 'customer') {
      return refuse('merge_not_possible', 'Only a customer can take over the cart of a guest.').refusal;
    }
    if (this.#pending.length >= MAX_PENDING) {
      return refuse('cart_busy', 'Other guest carts are being merged into this one.').refusal;
    }
    return this.#keeper.mayReopen ? undefined : refuseChange(state);
  }

  #receipt({ key, attempt }: messages.Envelope, refusal: Refusal | undefined): Receipt {
    const { version } = this.#keeper.state;
    return { key, attempt, version, outcomes: [], ...(refusal ? { refusal } : {}) };
  }

  async #freshen(guest: Snapshot): Promise<Snapshot> {
    const keeper = this.#keeper;
    if (keeper.publishFailures > 0) return guest;
    try {
      const { readProductFacts } = localActivities(
        keeper.policy.publishWaitMs,
        'products of a guest cart to be merged',
      );
      const facts = await readProductFacts([...new Set(guest.lines.map((line) => line.sku))]);
      return { ...guest, lines: freshen(guest, facts, Date.now()) };
    } catch {
      log.warn('a guest cart is merged at the prices that it came with: the database is out of reach');
      return guest;
    }
  }

  #takeOver(pending: PendingMerge, guest: Snapshot): void {
    const keeper = this.#keeper;
    const { envelope, strategy, guest: from } = pending;
    if (!keeper.hasRoomFor(guest)) {
      const { refusal } = refuse('overloaded', 'The cart cannot take changes until the database is back.');
      return this.#reject(pending, this.#receipt(envelope, refusal));
    }
    const operations = [{ type: 'merge' as const, from, strategy, guest }];
    const [applied] = keeper.take([{ ...envelope, atomic: true, operations }]);
    if (!applied) return;
    if (!applied.hasChanged) return this.#reject(pending, applied.receipt);
    const { attempt, version, outcomes } = applied.receipt;
    keeper.merges.done = rememberMerge(
      keeper.merges.done,
      { guest: from, attempt, version, outcomes, at: Date.now() },
      keeper.policy,
    );
    this.#tell(from, messages.mergedSignal, pending.ticket);
    this.#end(pending, applied.receipt);
  }

  #reject(pending: PendingMerge, receipt: Receipt): void {
    this.#tell(pending.guest, messages.givenBackSignal, pending.ticket);
    this.#end(pending, receipt);
  }

  #end(pending: PendingMerge, receipt: Receipt): void {
    const { merges } = this.#keeper;
    merges.pending = merges.pending.filter((other) => other !== pending);
    this.#ended.set(pending.ticket, receipt);
    this.#writeDown(pending, receipt);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > ENDED_MAX && oldest !== undefined) this.#ended.delete(oldest);
    this.#keeper.show();
  }

  /** For those who asked without waiting. A merge that was applied under its own key is written down already. */
  #writeDown({ signals, envelope }: PendingMerge, receipt: Receipt): void {
    const isNothing = receipt.outcomes.length === 0 && !receipt.refusal;
    const nothing = isNothing ? refuse('merge_not_possible', 'There was nothing to merge.') : {};
    for (const signal of signals) {
      if (receipt.outcomes.length > 0 && signal.key === envelope.key) continue;
      this.#keeper.noteOutcome(signal, { ...receipt, ...nothing });
    }
  }

  #ask(pending: PendingMerge): void {
    const { guest, ticket } = pending;
    const to = workflowInfo().workflowId;
    this.#mail.post(
      guest,
      messages.surrenderSignal,
      () => ({ ticket, to }),
      // There is no such cart: nothing to merge.
      () => this.miss({ ticket }),
    );
  }

  #tell(guest: string, signal: typeof messages.mergedSignal, ticket: string): void {
    const by = workflowInfo().workflowId;
    this.#mail.post(guest, signal, () => ({ ticket, by }));
  }
}
