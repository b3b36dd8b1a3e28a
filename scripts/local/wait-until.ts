/**
 * Bounded waiting: the only place in the local stack that lets time pass.
 */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface WaitOptions {
  withinMs: number;
  everyMs?: number;
  /** Ends the wait early, as if the time were up. */
  signal?: AbortSignal | undefined;
}

/** Asks until the answer is true. False when the time is up or the signal fires first; errors of `isDone` pass through. */
export async function waitUntil(
  isDone: () => boolean | Promise<boolean>,
  { withinMs, everyMs = 50, signal }: WaitOptions,
): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!(await isDone())) {
    if (Date.now() >= deadline || signal?.aborted) return false;
    await pause(everyMs);
  }
  return true;
}
