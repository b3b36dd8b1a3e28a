/**
 * One lane per cart: at most one message in flight, and what arrives meanwhile goes together in the next. Fifty clicks at once
 * become a handful of Updates instead of fifty that Temporal would mostly refuse (its limit is ten in flight per workflow).
 */

export interface LaneOptions {
  /** Items that one message may carry. */
  maxPerMessage: number;
  /** Items that may wait; `overflow()` is thrown at the next one. */
  maxWaiting: number;
  overflow: () => Error;
  /** Thrown for an item that waited past its deadline; it was never sent. */
  tooLate: () => Error;
}

interface Waiting<Item, Result> {
  item: Item;
  deadline: number;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
}

/** Sends the items of one message and returns one result for each, in order. */
export type SendMessage<Item, Result> = (items: Item[]) => Promise<Result[]>;

/** The lanes of all carts that have something under way; an idle cart costs nothing. */
export class Lanes<Item, Result> {
  readonly #lanes = new Map<string, Waiting<Item, Result>[]>();
  readonly #options: LaneOptions;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Waiting items: in the longest lane, in all of them; and the number of lanes. */
  read(): { longest: number; waiting: number; lanes: number } {
    const lengths = [...this.#lanes.values()].map((lane) => lane.length);
    return {
      longest: Math.max(0, ...lengths),
      waiting: lengths.reduce((a, b) => a + b, 0),
      lanes: lengths.length,
    };
  }

  /** Items of one cart keep their order. Rejects with what `send` rejects with, or with the options' errors. `deadline`: epoch ms. */
  submit(cart: string, item: Item, deadline: number, send: SendMessage<Item, Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const entry = { item, deadline, resolve, reject };
      const lane = this.#lanes.get(cart);
      if (lane && lane.length >= this.#options.maxWaiting) return reject(this.#options.overflow());
      if (lane) return void lane.push(entry);
      const fresh = [entry];
      this.#lanes.set(cart, fresh);
      void this.#drain(cart, fresh, send);
    });
  }

  async #drain(cart: string, lane: Waiting<Item, Result>[], send: SendMessage<Item, Result>): Promise<void> {
    while (lane.length > 0) {
      const message = this.#take(lane);
      if (message.length === 0) continue;
      try {
        const results = await send(message.map(({ item }) => item));
        for (const [index, { resolve }] of message.entries()) resolve(results[index] as Result);
      } catch (error) {
        for (const { reject } of message) reject(error);
      }
    }
    this.#lanes.delete(cart);
  }

  #take(lane: Waiting<Item, Result>[]): Waiting<Item, Result>[] {
    const now = Date.now();
    return lane.splice(0, this.#options.maxPerMessage).filter((entry) => {
      if (entry.deadline > now) return true;
      entry.reject(this.#options.tooLate());
      return false;
    });
  }
}
