/** The promise of a recovery message, and the end of an absence: what a cart says about its shopper, written down. */
import type { RecoveryMessage, RecoveryPromise } from '../contract/abandonment.ts';
import { outOfQuietHours, type QuietHours } from '../cart/quiet-hours.ts';
import type { Sql } from '../database/client.ts';
import {
  clearAbandonment,
  type EndedAbsence,
  planRecovery,
  promiseRecovery,
} from '../database/recovery-promises.ts';

export type { EndedAbsence };

/** What was abandoned, promised and recovered, counted where it was written. */
export interface RecoveryMetrics {
  recordAbandoned(): void;
  recordPromised(step: number): void;
  /** `visit`: the shopper gave an address. */
  recordRecovered(by: 'change' | 'link' | 'visit'): void;
}

export interface RecoveryParts {
  /** Undefined: mails go out at any time. */
  quietHours?: QuietHours;
  /** Of the shop, for people whose own is not known. */
  timeZone?: string;
  /** Recovery e-mails that one address may get in seven days, over all carts. */
  perAddressMax?: number;
  metrics?: RecoveryMetrics;
}

const PER_ADDRESS_MAX = 6;

type Parts = RecoveryParts & { sql: Sql };

/** `version`: of the cart as it is now; only a row that shows it is marked. */
export type PromiseRecovery = RecoveryMessage & { version: number };

/**
 * All or nothing: the row counts as abandoned, and where there is a basis the message lies in the outbox, due outside of quiet hours.
 * Called again, it finds both.
 */
export async function promiseRecoveryMail(
  { sql, quietHours, timeZone, perAddressMax: perWeekMax = PER_ADDRESS_MAX, metrics }: Parts,
  { version, ...message }: PromiseRecovery,
): Promise<RecoveryPromise> {
  const plan = await planRecovery(sql, message);
  const earliest = plan?.earliest ?? Date.now();
  const zones = [plan?.timeZone, timeZone];
  const dueAt = quietHours ? outOfQuietHours(earliest, quietHours, zones) : earliest;
  const { isMarked, hasBasis, isNew } = await promiseRecovery(sql, message, { version, dueAt, perWeekMax });
  if (isMarked) metrics?.recordAbandoned();
  if (isNew) metrics?.recordPromised(message.step);
  return hasBasis ? 'promised' : 'noBasis';
}

export async function endAbandonment({ sql, metrics }: Parts, absence: EndedAbsence): Promise<void> {
  if (await clearAbandonment(sql, absence)) metrics?.recordRecovered('visit');
}
