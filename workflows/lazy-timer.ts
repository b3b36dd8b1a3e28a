/**
 * One timer for everything that is due one day. It is set anew only when something is due earlier than it would fire; when it
 * fires too early, the main loop looks what is still due and sets it again. A timer for each operation would double the history.
 */
import { CancellationScope, sleep } from '@temporalio/workflow';

export class LazyTimer {
  hasFired = false;
  #at = Number.POSITIVE_INFINITY;
  #scope: CancellationScope | undefined;

  /** Makes sure that the timer fires at `at` (epoch ms) or before. The summary is what operators read in Temporal UI. */
  arm(at: number, summary: string): void {
    if (at >= this.#at) return;
    this.#scope?.cancel();
    const scope = new CancellationScope();
    this.#at = at;
    this.#scope = scope;
    const fire = () => {
      if (this.#scope !== scope) return;
      this.#at = Number.POSITIVE_INFINITY;
      this.hasFired = true;
    };
    scope.run(() => sleep(Math.max(1, at - Date.now()), { summary })).then(fire, () => undefined);
  }

  /** Whether it would fire only after `at` (epoch ms). */
  isLaterThan(at: number): boolean {
    return at < this.#at;
  }

  /** Says whether it has fired since the last call. */
  consume(): boolean {
    const fired = this.hasFired;
    this.hasFired = false;
    return fired;
  }
}
