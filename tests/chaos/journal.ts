/** The clients' own log, written before anything is sent, and the figures of the run. */
import { closeSync, openSync, writeSync } from 'node:fs';

export interface Figures {
  /** Answers by status; `none` where the connection broke or no answer came. */
  statuses: Map<number | 'none', number>;
  acknowledged: number;
  /** Successful requests that were sent again on purpose. */
  repeated: number;
  /** Sends of a request whose fate was open. */
  retried: number;
  /** Answers that no client may ever see, and repeats that were no replays. */
  breaches: string[];
}

/** Anything else is a breach of the contract under faults (reliability goal R-12). */
const HONEST = new Set([200, 201, 202, 409, 412, 429, 503, 504]);

export class Journal {
  readonly figures: Figures = {
    statuses: new Map(),
    acknowledged: 0,
    repeated: 0,
    retried: 0,
    breaches: [],
  };
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  write(entry: object): void {
    writeSync(this.#file, `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
  }

  count(status: number | 'none', what: string): void {
    const { statuses } = this.figures;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status !== 'none' && !HONEST.has(status)) this.breach(`${status}: ${what}`);
  }

  breach(what: string): void {
    this.write({ breach: what });
    this.figures.breaches.push(what);
  }

  close(): void {
    closeSync(this.#file);
  }
}
