/** Operators' questions to Temporal: asked once, with a deadline. Shoppers' messages are insisted on instead (insist.ts). */
import type { Client } from '@temporalio/client';
import { isNoCart, toProblem } from './temporal-errors.ts';

const DEADLINE_MS = 4_000;

/** Rejects with a `Problem` when Temporal does not answer in time, and with its own error where there is no such workflow. */
export async function askTemporal<Result>(client: Client, call: () => Promise<Result>): Promise<Result> {
  try {
    return await client.connection.withDeadline(Date.now() + DEADLINE_MS, call);
  } catch (error) {
    throw isNoCart(error) ? error : toProblem(error);
  }
}

/** Undefined: Temporal knows no such workflow (or no longer). */
export async function askIfThere<Result>(
  client: Client,
  call: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await askTemporal(client, call);
  } catch (error) {
    if (isNoCart(error)) return undefined;
    throw error;
  }
}
