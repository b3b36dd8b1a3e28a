/** A closed loop in this process, for work that takes several requests: each client takes the next piece when it is done with the last. */
import type { LoadResult } from './job.ts';

/** Rejects with the first failure: a piece that fails makes the figure worthless. */
export async function inTurns<Piece>(
  pieces: readonly Piece[],
  clients: number,
  work: (piece: Piece) => Promise<unknown>,
): Promise<LoadResult> {
  const left = [...pieces];
  const latencies: number[] = [];
  const startedAt = performance.now();
  async function client(): Promise<void> {
    for (let piece = left.shift(); piece !== undefined; piece = left.shift()) {
      const at = performance.now();
      await work(piece);
      latencies.push(performance.now() - at);
    }
  }
  await Promise.all(Array.from({ length: clients }, client));
  return { latencies, wallMs: performance.now() - startedAt, ok: latencies.length, errors: {}, captured: [] };
}
