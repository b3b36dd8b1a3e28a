/** Orders: what a paid checkout hands over, and what its owner sees of it. Money in minor units of the one `currency`. */
import type { Attributes, Refusal } from './operations.ts';
import type { Options } from './product-facts.ts';

export interface OrderLine {
  /** The line's id in the cart. */
  lineId: string;
  sku: string;
  productId: string;
  title: string;
  imageUrl?: string;
  options: Options;
  attributes: Attributes;
  quantity: number;
  unitPrice: number;
  /** `unitPrice × quantity`. */
  subtotal: number;
  discount: number;
  taxClass: string;
  /** Millionths: 107500 is 10.75 %. */
  taxRate: number;
  tax: number;
  /** What the line costs: subtotal less discount, plus tax where prices do not include it. */
  total: number;
}

export interface OrderTotals {
  pricesIncludeTax: boolean;
  subtotal: number;
  discountTotal: number;
  shippingMethod: string;
  shippingTotal: number;
  /** Tax on shipping; `taxTotal` contains it. */
  shippingTax: number;
  taxTotal: number;
  /** `subtotal − discountTotal + shippingTotal`, plus `taxTotal` where prices do not include it. */
  total: number;
}

/** Lines and sums that belong together, as `priceOrder` (cart/order-totals.ts) makes them. */
export interface PricedOrder extends OrderTotals {
  lines: readonly OrderLine[];
}

/** Everything that an order is made from. No personal data: that lies in PostgreSQL under the checkout's id. */
export interface OrderRequest {
  checkoutId: string;
  cartId: string;
  ownerKind: 'guest' | 'customer';
  ownerHash: string;
  currency: string;
  priced: PricedOrder;
  payment: { provider: string; paymentId: string; amount: number; currency: string };
  /** Kind and pseudonym of who asked, for the audit trail. */
  actor: string;
}

export interface PlacedOrder {
  orderId: string;
  checkoutId: string;
  paymentId: string;
  total: number;
  currency: string;
  /** Epoch ms. */
  placedAt: number;
}

/**
 * `placed`: the order exists; `isNew` is false for a repeat. `refused`: nothing was written: `payment_mismatch` (another amount or
 * currency, or a payment of another order), or `out_of_stock` (the hold had been released, and others have bought since).
 */
export type OrderOutcome =
  | { status: 'placed'; isNew: boolean; order: PlacedOrder }
  | { status: 'refused'; refusal: Refusal };

/** An order as its owner sees it. */
export interface OrderView extends PricedOrder {
  id: string;
  cartId: string;
  currency: string;
  itemsCount: number;
  totalQuantity: number;
  payment: { provider: string; paymentId: string; amount: number };
  /** RFC 3339 UTC. */
  placedAt: string;
}
