/** The cart as everybody outside sees it. Money is in integer minor units of the one `currency`; instants are RFC 3339 UTC. */
import type { CheckoutStatus } from './checkouts.ts';
import type { Attributes } from './operations.ts';
import type { Options } from './product-facts.ts';

export type CartStatus = 'active' | 'checkout' | 'completed' | 'merged' | 'expired';
export type Availability = 'inStock' | 'low' | 'outOfStock' | 'discontinued';

export interface CartLineView {
  id: string;
  sku: string;
  productId: string;
  title: string;
  options: Options;
  attributes: Attributes;
  quantity: number;
  unitPrice: number;
  lineTotal: number;
  available: Availability;
  /** The quantity that this line could have now. */
  maxQuantity: number;
  imageUrl?: string;
  addedAt: string;
}

/** A line as the catalogue sells it at this moment, for mails. */
export interface CurrentLine
  extends Pick<
    CartLineView,
    'title' | 'imageUrl' | 'options' | 'quantity' | 'unitPrice' | 'lineTotal' | 'maxQuantity'
  > {
  isAvailable: boolean;
}

/** It happened, but note this. */
export interface CartWarning {
  code: 'price_moved' | 'line_unavailable' | 'quantity_exceeds_stock' | 'line_withdrawn' | 'cart_locked';
  message: string;
  lineId?: string;
}

/** Missing before the named step can be taken. */
export interface CartRequirement {
  code: string;
  message: string;
  step: string;
}

export interface CartView {
  /** Null while there is no cart. A new one after each order. */
  id: string | null;
  version: number;
  status: CartStatus;
  abandonedAt?: string;
  owner: 'guest' | 'customer';
  currency: string;
  lines: CartLineView[];
  itemsCount: number;
  totalQuantity: number;
  subtotal: number;
  discountTotal: number;
  taxTotal: number;
  shippingTotal: number;
  total: number;
  hasUnavailableItems: boolean;
  warnings: CartWarning[];
  requirements: CartRequirement[];
  /** The open checkout, or the last one; see `GET /cart/checkout`. */
  checkout?: { id: string; status: CheckoutStatus | 'open'; orderId?: string };
  createdAt: string | null;
  updatedAt: string | null;
  expiresAt: string | null;
}
