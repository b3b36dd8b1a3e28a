/**
 * Ctrl-C, a closed terminal and a polite kill all mean the same: stop everything in order.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm, its shell and the terminal may all pass on the same Ctrl-C; what arrives within this time is one press. */
const SAME_PRESS_MS = 300;

/** Calls `stop` at the first signal and again at each later one (which then hurries). */
export function onStopSignals(stop: () => Promise<unknown>): void {
  let last = 0;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const now = Date.now();
      if (now - last < SAME_PRESS_MS) return;
      last = now;
      void stop();
    });
  }
}
