/** The few numbers that a row of the report needs. */

/** By nearest rank; NaN without values. `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below, above] = [sorted[Math.max(0, middle - 1)], sorted[middle]];
  if (above === undefined) return Number.NaN;
  return sorted.length % 2 === 1 ? above : ((below ?? above) + above) / 2;
};

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export interface Latency {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

const hundredth = (value: number): number => Math.round(value * 100) / 100;

/** Milliseconds, to two decimals. */
export const describeLatency = (latencies: readonly number[]): Latency => ({
  count: latencies.length,
  p50: hundredth(quantile(latencies, 0.5)),
  p95: hundredth(quantile(latencies, 0.95)),
  p99: hundredth(quantile(latencies, 0.99)),
  max: hundredth(quantile(latencies, 1)),
});
