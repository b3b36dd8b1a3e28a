/** What a checkout and the stock say to each other. Instants are epoch milliseconds; every message names its checkout, so that a repeat is one. */
import type { Refusal } from './operations.ts';

/** Units of one SKU; a SKU that stands on several lines is asked for once, with the sum. */
export interface StockItem {
  sku: string;
  quantity: number;
}

export interface ReservationRequest {
  checkoutId: string;
  cartId: string;
  /** Pseudonym of the owner: the cap on open checkouts counts by it. */
  ownerHash: string;
  items: readonly StockItem[];
  /** Until when the units are held. */
  heldUntil: number;
  /** Checkouts that this owner may have open at once, this one included. */
  openCheckoutsMax: number;
}

/**
 * `held`: the units are this checkout's until `heldUntil`. `released`, `committed`: this checkout has ended before, nothing is held anew.
 * `refused`: nothing is held; `out_of_stock` with every shortage, or `checkout_limit`.
 */
export type ReservationOutcome =
  | { status: 'held'; heldUntil: number }
  | { status: 'released' }
  | { status: 'committed' }
  | { status: 'refused'; refusal: Refusal };

export interface ReleaseRequest {
  checkoutId: string;
  cartId: string;
  ownerHash: string;
  /** One word for the record: `cancelled`, `declined`, `expired` … */
  reason: string;
}

/** What became of the units. `isNew` is false for a repeat. */
export interface SettledReservation {
  status: 'released' | 'committed';
  isNew: boolean;
}
