/** Holds the stock of a checkout, and says in words what is missing where it cannot. */
import { refuseCheckoutLimit, refuseShortages } from '../cart/order-refusals.ts';
import type { Refusal, Shortage } from '../contract/operations.ts';
import type { ReservationOutcome, ReservationRequest } from '../contract/reservations.ts';
import { readFacts } from '../database/catalogue.ts';
import type { Sql } from '../database/client.ts';
import { reserve } from '../database/reservations.ts';

/** The refusal with the titles that the shopper knows. */
export async function refuseLacking(sql: Sql, shortages: readonly Shortage[]): Promise<Refusal> {
  const facts = await readFacts(
    sql,
    shortages.map(({ sku }) => sku),
  );
  const titles = Object.fromEntries([...facts].map(([sku, { title }]) => [sku, title]));
  return refuseShortages(shortages, titles);
}

/** Idempotent by checkout id: a repeat is told what is so now. A refusal is not remembered; asked again, it is decided anew. */
export async function reserveStock(sql: Sql, request: ReservationRequest): Promise<ReservationOutcome> {
  const outcome = await reserve(sql, request);
  if (outcome.status === 'lacking')
    return { status: 'refused', refusal: await refuseLacking(sql, outcome.shortages) };
  if (outcome.status === 'too_many') return { status: 'refused', refusal: refuseCheckoutLimit() };
  return outcome;
}
