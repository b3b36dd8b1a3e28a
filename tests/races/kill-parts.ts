/** Kills workers, API processes and the payment provider while others race, by process id and without warning, and brings them back. */
import type { TestStack } from '../support/stack.ts';
import { type Dice, pause } from '../chaos/random.ts';

const VICTIMS = ['worker-1', 'api-1', 'payments', 'worker-2', 'api-2'];
const MINUTE_MS = 60_000;
const SLICE_MS = 100;

/** Until the returned function is called, which tells how many were killed. `perMinute` 0: none. */
export function startKilling(stack: TestStack, dice: Dice, perMinute: number): () => Promise<number> {
  let isStopped = perMinute === 0;
  let kills = 0;
  async function waitFor(ms: number): Promise<void> {
    const end = Date.now() + ms;
    while (!isStopped && Date.now() < end) await pause(SLICE_MS);
  }
  const killing = (async () => {
    for (let queue: string[] = []; !isStopped; ) {
      await waitFor((MINUTE_MS / perMinute) * (0.5 + dice.next()));
      if (isStopped) return;
      if (queue.length === 0) queue = dice.shuffle(VICTIMS);
      const victim = queue.pop() as string;
      await stack.kill(victim);
      kills += 1;
      await pause(dice.whole(0, 1_000));
      await stack.restart(victim);
    }
  })();
  // A restart that fails is seen by whoever stops the killing, not as a rejection that nobody handles.
  killing.catch(() => undefined);
  return async () => {
    isStopped = true;
    await killing;
    return kills;
  };
}
