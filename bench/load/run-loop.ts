/** The two ways to put load on something: as many clients as asked, or as many requests per second as asked. */
import type { ClosedLoop, LoadResult, OpenLoop } from './job.ts';

/** Sends request number `index` (of the list, not of the run). Rejects with an error whose message says what was wrong. */
export type Send = (index: number) => Promise<void>;

class Tally {
  readonly latencies: number[] = [];
  readonly errors: Record<string, number> = {};
  failed = 0;

  async measure(startedAt: number, work: Promise<void>): Promise<void> {
    try {
      await work;
      this.latencies.push(Math.round((performance.now() - startedAt) * 1_000) / 1_000);
    } catch (error) {
      this.failed += 1;
      const name = error instanceof Error ? error.message : String(error);
      this.errors[name] = (this.errors[name] ?? 0) + 1;
    }
  }

  result(wallMs: number): LoadResult {
    return {
      latencies: this.latencies,
      wallMs,
      ok: this.latencies.length,
      errors: this.errors,
      captured: [],
    };
  }
}

/** A client whose request fails at once must not spin. */
const MAX_ERRORS = 5_000;

export async function runClosed(loop: ClosedLoop, length: number, send: Send): Promise<LoadResult> {
  const { clients, warmUpCount = 0 } = loop;
  if (warmUpCount > 0) await runFor({ clients, count: warmUpCount }, length, send);
  return runFor(loop, length, send);
}

async function runFor(
  { clients, count = Infinity, durationMs = Infinity }: ClosedLoop,
  length: number,
  send: Send,
): Promise<LoadResult> {
  const tally = new Tally();
  const begin = performance.now();
  let started = 0;
  const client = async (first: number) => {
    let own = first;
    while (started < count && performance.now() - begin < durationMs && tally.failed <= MAX_ERRORS) {
      const index = durationMs === Infinity ? started : own;
      started += 1;
      own += clients;
      await tally.measure(performance.now(), send(index % length));
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, first) => client(first)));
  return tally.result(performance.now() - begin);
}

export async function runOpen(
  { perSecond, durationMs }: OpenLoop,
  length: number,
  send: Send,
): Promise<LoadResult> {
  const tally = new Tally();
  const begin = performance.now();
  const total = Math.floor((perSecond * durationMs) / 1_000);
  const underWay: Promise<void>[] = [];
  for (let index = 0; index < total; index += 1) {
    const dueAt = begin + (index * 1_000) / perSecond;
    const wait = dueAt - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    underWay.push(tally.measure(dueAt, send(index % length)));
  }
  await Promise.all(underWay);
  return tally.result(performance.now() - begin);
}
