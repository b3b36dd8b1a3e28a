/** Asks Temporal until it answers: tries again, quickly, what may succeed; a fault of ours and a lasting answer come out at once. */
import type { Client } from '@temporalio/client';
import type { ApiMetrics } from './metrics.ts';
import { Problem } from './problem.ts';
import { isOutage, isWorthAnotherTry, toProblem } from './temporal-errors.ts';

/** A server that is not there is not waited for as long as one that is slow. */
const OUTAGE_PATIENCE_MS = 2_500;

/** Rejects with a Problem where Temporal did not answer in `patienceMs`, and with whatever else it said. */
export type Insist = <Result>(
  call: () => Promise<Result>,
  patienceMs: number,
  outagePatienceMs?: number,
) => Promise<Result>;

export const createInsist =
  (client: Client, metrics: ApiMetrics): Insist =>
  async (call, patienceMs, outagePatienceMs = OUTAGE_PATIENCE_MS) => {
    const start = Date.now();
    for (let pause = 20; ; pause = Math.min(pause * 1.7, 500)) {
      try {
        return await client.connection.withDeadline(start + patienceMs, call);
      } catch (error) {
        const problem = toProblem(error);
        const end = start + (isOutage(error) ? Math.min(patienceMs, outagePatienceMs) : patienceMs);
        if (!isWorthAnotherTry(error) || Date.now() + pause >= end) throw problem;
        metrics.recordTemporalRetry(problem instanceof Problem ? problem.code : 'internal');
        await new Promise((resolve) => setTimeout(resolve, pause * (0.8 + Math.random() * 0.4)));
      }
    }
  };
