/**
 * Is a component ready? Asked over the network as its users would, never guessed from its log.
 */
import type { Readiness } from './component.ts';

const ANSWER_WITHIN_MS = 2_000;

/** One question, one answer; anything that goes wrong means not ready yet. */
export async function isReady(ready: Readiness): Promise<boolean> {
  try {
    if (ready.kind === 'http') return await answersOk(ready.url);
    if (ready.kind === 'postgres') return await answersQuery(ready.url);
    // Loaded where they are needed: most restart commands need neither.
    const { isTemporalReady } = await import('./temporal-namespace.ts');
    return await isTemporalReady(ready.address);
  } catch {
    return false;
  }
}

async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  await response.arrayBuffer();
  return response.ok;
}

async function answersQuery(url: string): Promise<boolean> {
  const { default: postgres } = await import('postgres');
  const sql = postgres(url, { max: 1, connect_timeout: ANSWER_WITHIN_MS / 1_000, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
