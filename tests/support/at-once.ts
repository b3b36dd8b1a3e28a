/** A door for work that runs side by side: so many are inside at once, the others wait their turn, and nobody waits for a whole row. */

/** `count`: how many. What is thrown inside comes out. */
export function atOnce(count: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async (work) => {
    if (inside >= count) await new Promise<void>((enter) => waiting.push(enter));
    else inside += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else inside -= 1;
    }
  };
}
