/** What the read model has still to hear of a cart, or may have missed. */
import type { AuditEntry, RequestRecord } from '../cart/publication.ts';
import type { CartState } from '../cart/state.ts';

/** Changes, outcomes of requests, and generations that ended. Part of the wire format of continue-as-new. */
export interface Outbox {
  audit: AuditEntry[];
  requests: RequestRecord[];
  finished: CartState[];
}

export const emptyOutbox = (): Outbox => ({ audit: [], requests: [], finished: [] });

export const isEmpty = (outbox: Outbox): boolean =>
  outbox.audit.length + outbox.requests.length + outbox.finished.length === 0;

export const joinOutboxes = (first: Outbox, second: Outbox): Outbox => ({
  audit: [...first.audit, ...second.audit],
  requests: [...first.requests, ...second.requests],
  finished: [...first.finished, ...second.finished],
});

/**
 * What the worker was given to publish in the last workflow tasks. If it could not, its `republish` signal is in the history before the
 * next task begins; so what was told two tasks ago, and was not asked for again, has arrived.
 */
export class RecentlyTold {
  #task = 0;
  #now = emptyOutbox();
  #before = emptyOutbox();

  /** `task`: any number that rises from one workflow task to the next. */
  add(told: Outbox, task: number): void {
    if (task !== this.#task) {
      this.#before = this.#now;
      this.#now = emptyOutbox();
      this.#task = task;
    }
    this.#now = joinOutboxes(this.#now, told);
  }

  get all(): Outbox {
    return joinOutboxes(this.#before, this.#now);
  }

  /** Everything, once: it has to be told again. */
  takeAll(): Outbox {
    const { all } = this;
    this.#before = emptyOutbox();
    this.#now = emptyOutbox();
    return all;
  }
}
