/**
 * Is a component ready? Asked over the network as its users would, never guessed from its log.
 */
import postgres from 'postgres';
import type { Readiness } from './component.ts';
import { isTemporalReady } from './temporal-namespace.ts';

const ANSWER_WITHIN_MS = 2_000;

/** One question, one answer; anything that goes wrong means not ready yet. */
export async function isReady(ready: Readiness): Promise<boolean> {
  try {
    if (ready.kind === 'http') return await answersOk(ready.url);
    if (ready.kind === 'postgres') return await answersQuery(ready.url);
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
  const sql = postgres(url, { max: 1, connect_timeout: ANSWER_WITHIN_MS / 1_000, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
