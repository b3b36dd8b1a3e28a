/** Runs at most so many asynchronous calls at once; the others wait for their turn, first come, first served. */

export type Limited = <Result>(run: () => Promise<Result>) => Promise<Result>;

export function atMost(count: number): Limited {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
