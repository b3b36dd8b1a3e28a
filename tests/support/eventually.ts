/** Waits for a state instead of a duration: asks again until the check holds, and shows its last complaint when it never does. */

export interface EventuallyOptions {
  /** Milliseconds after which the last error is thrown. */
  within?: number;
  every?: number;
}

/** Runs `check` until it neither throws nor answers false, and returns its answer. */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  { within = 10_000, every = 25 }: EventuallyOptions = {},
): Promise<Exclude<Result, false>> {
  const end = Date.now() + within;
  for (;;) {
    try {
      const result = await check();
      if (result !== false) return result as Exclude<Result, false>;
      if (Date.now() >= end) throw new Error(`It did not become true within ${within} ms.`);
    } catch (error) {
      if (Date.now() >= end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
