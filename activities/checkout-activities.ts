/** The side effects of a checkout on stock and orders, each a verb of its own, idempotent by checkout id and safe against its own late twin. */
import type { CheckoutView } from '../contract/checkouts.ts';
import type { OrderOutcome, OrderRequest, PlacedOrder } from '../contract/orders.ts';
import type {
  ReleaseRequest,
  ReservationOutcome,
  ReservationRequest,
  SettledReservation,
} from '../contract/reservations.ts';
import { type Alarm, raiseAlarm } from '../database/alarms.ts';
import { publishCheckout } from '../database/checkout-views.ts';
import { claimContact } from '../database/order-contacts.ts';
import { findOrderOfCheckout } from '../database/orders.ts';
import { markCaptured, release, releaseOverdue } from '../database/reservations.ts';
import { createOrder } from './create-order.ts';
import type { DatabaseGuard } from './guard-database.ts';
import {
  type CheckoutFacts,
  type CheckoutFactsParts,
  type CheckoutFactsRequest,
  readCheckoutFacts,
} from './read-checkout-facts.ts';
import { reserveStock } from './reserve-stock.ts';

export interface CheckoutActivities {
  /** Today's facts, rates and methods. What the cart's own checkout holds counts as available. */
  readCheckoutFacts(request: CheckoutFactsRequest): Promise<CheckoutFacts>;
  /** Makes the contact that the API stored under a reference of its own that of this checkout, for good. The first one stays. */
  claimContact(request: { checkoutId: string; contactRef: string; ownerHash: string }): Promise<void>;
  /** The order that the checkout came to; null where there is none. */
  findOrder(checkoutId: string): Promise<PlacedOrder | null>;
  /** Something that a person must look at. Raised again, it is one. */
  raiseAlarm(alarm: Alarm): Promise<void>;
  /** All units or none. A repeat is told what is so now; after an end nothing is held anew. */
  reserveStock(request: ReservationRequest): Promise<ReservationOutcome>;
  /** Gives the units back once; before a reservation it keeps a late one from holding anything. `committed`: they are sold. */
  releaseStock(request: ReleaseRequest): Promise<SettledReservation>;
  /** After capture: no deadline ends the hold by itself any more. Null for a checkout that holds nothing. */
  markStockCaptured(checkoutId: string): Promise<'held' | 'released' | 'committed' | null>;
  /** The safety net: gives back holds overdue by more than `graceMs`, never one that is captured or ordered. Returns checkout ids. */
  releaseOverdueStock(sweep: { graceMs: number; limit: number }): Promise<string[]>;
  /** Order, lines, stock, audit and outbox in one transaction. A repeat returns the same order. */
  createOrder(request: OrderRequest): Promise<OrderOutcome>;
  /** Shows the checkout as it is now. Called twice or late, it changes nothing. */
  publishCheckout(request: { checkoutId: string; view: CheckoutView }): Promise<void>;
}

export function createCheckoutActivities(
  parts: CheckoutFactsParts,
  guard: DatabaseGuard,
): CheckoutActivities {
  const { sql } = parts;
  const of = ({ checkoutId }: { checkoutId: string }) => ({ checkoutId });
  return {
    readCheckoutFacts: (request) =>
      guard('readCheckoutFacts', of(request), () => readCheckoutFacts(parts, request)),
    claimContact: (request) => guard('claimContact', of(request), () => claimContact(sql, request)),
    findOrder: (checkoutId) =>
      guard('findOrder', { checkoutId }, async () => (await findOrderOfCheckout(sql, checkoutId)) ?? null),
    raiseAlarm: (alarm) =>
      guard('raiseAlarm', { kind: alarm.kind }, async () => {
        await raiseAlarm(sql, alarm);
      }),
    reserveStock: (request) => guard('reserveStock', of(request), () => reserveStock(sql, request)),
    releaseStock: (request) => guard('releaseStock', of(request), () => release(sql, request)),
    markStockCaptured: (checkoutId) =>
      guard('markStockCaptured', { checkoutId }, async () => (await markCaptured(sql, checkoutId)) ?? null),
    releaseOverdueStock: (sweep) => guard('releaseOverdueStock', {}, () => releaseOverdue(sql, sweep)),
    createOrder: (request) => guard('createOrder', of(request), () => createOrder(sql, request)),
    publishCheckout: (request) =>
      guard('publishCheckout', of(request), () => publishCheckout(sql, request.view)),
  };
}
