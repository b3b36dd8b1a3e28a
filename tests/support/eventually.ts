/** Waits for a state instead of a duration: asks again until the check holds, and shows its last complaint when it never does. */

export interface EventuallyOptions {
  /** Milliseconds after which the last error is thrown. */
  within?: number;
  /** Milliseconds between two checks at first; what takes long is asked after less often, so that the waiting takes nothing from the work. */
  every?: number;
  /** Milliseconds that one check may take: a question that got lost is asked again. */
  attempt?: number;
}

/** How much later than it could an answer may be heard: a twentieth of what it took, a quarter of a second at most. */
const pauseAfter = (waitedMs: number, everyMs: number): number =>
  Math.max(everyMs, Math.min(waitedMs / 20, 250));

/** Rejects when the answer does not come in time. */
function inTime<Result>(answer: Promise<Result>, limitMs: number | undefined): Promise<Result> {
  if (limitMs === undefined) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`One check took longer than ${limitMs} ms.`)), limitMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Runs `check` until it neither throws nor answers false, and returns its answer. */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  { within = 10_000, every = 25, attempt }: EventuallyOptions = {},
): Promise<Exclude<Result, false>> {
  const startedAt = Date.now();
  const end = startedAt + within;
  for (;;) {
    try {
      const result = await inTime(Promise.resolve(check()), attempt);
      if (result !== false) return result as Exclude<Result, false>;
      if (Date.now() >= end) throw new Error(`It did not become true within ${within} ms.`);
    } catch (error) {
      if (Date.now() >= end) throw error;
    }
    const pauseMs = pauseAfter(Date.now() - startedAt, every);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
