/** Ours and the baseline take turns, each first in every other round: what the machine does meanwhile meets both alike. */
import type { Round } from '../figure.ts';
import type { LoadResult } from '../load/job.ts';
import { describeLatency, sum } from '../measure/statistics.ts';

/** One block of load. */
export interface Block {
  value: number;
  detail: Record<string, unknown>;
}

export const failures = ({ errors }: LoadResult): number => sum(Object.values(errors));

export const perSecond = ({ ok, wallMs }: LoadResult): number => (ok * 1_000) / wallMs;

/** A block with its value and everything else that was seen. */
export function block(result: LoadResult, value: number, more: Record<string, unknown> = {}): Block {
  const hasErrors = Object.keys(result.errors).length > 0;
  return {
    value,
    detail: {
      ...describeLatency(result.latencies),
      perSecond: Math.round(perSecond(result) * 10) / 10,
      ...(hasErrors && { errors: result.errors }),
      // Small blocks are kept whole; of large ones the quantiles say it all.
      ...(result.ok <= 300 && {
        latenciesMs: result.latencies.map((latency) => Math.round(latency * 10) / 10),
      }),
      ...more,
    },
  };
}

export const throughput = (result: LoadResult, more?: Record<string, unknown>): Block =>
  block(result, perSecond(result), more);

export async function alternate(
  rounds: number,
  ours: () => Promise<Block>,
  bare: () => Promise<Block>,
): Promise<Round[]> {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isOursFirst = round % 2 === 0;
    const first = await (isOursFirst ? ours() : bare());
    const second = await (isOursFirst ? bare() : ours());
    const [one, other] = isOursFirst ? [first, second] : [second, first];
    measured.push({
      ours: one.value,
      bare: other.value,
      detail: { isOursFirst, ours: one.detail, bare: other.detail },
    });
  }
  return measured;
}
