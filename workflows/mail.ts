/**
 * Signals from this cart to another. They leave with the workflow task that wrote them, so that nothing which a lost task took back can
 * ever be read elsewhere; Temporal delivers them for as long as the run lasts that sent them.
 */
import type { SignalDefinition } from '@temporalio/common';
import { getExternalWorkflowHandle, log } from '@temporalio/workflow';

interface Letter {
  to: string;
  signal: SignalDefinition<[never]>;
  /** What it says, read when it goes out. */
  write: () => unknown;
  onLost: () => void;
}

export class Mail {
  #waiting: Letter[] = [];
  #underWay = 0;

  /** `onLost`: there is no such cart (any more). Sent with the next `send`. */
  post<Body>(
    to: string,
    signal: SignalDefinition<[Body]>,
    write: () => Body,
    onLost: () => void = () => undefined,
  ): void {
    this.#waiting.push({ to, signal: signal as unknown as SignalDefinition<[never]>, write, onLost });
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Everything has arrived, or is known to be lost. */
  get isIdle(): boolean {
    return this.#waiting.length + this.#underWay === 0;
  }

  send(): void {
    const letters = this.#waiting;
    this.#waiting = [];
    for (const letter of letters) void this.#deliver(letter);
  }

  /** Never throws. */
  async #deliver({ to, signal, write, onLost }: Letter): Promise<void> {
    this.#underWay += 1;
    try {
      await getExternalWorkflowHandle(to).signal(signal, write() as never);
    } catch (error) {
      log.warn('another cart could not be reached', {
        signal: signal.name,
        reason: error instanceof Error ? error.message : 'unknown',
      });
      onLost();
    } finally {
      this.#underWay -= 1;
    }
  }
}
