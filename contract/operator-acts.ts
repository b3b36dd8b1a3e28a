/** What an operator may do to one cart. Each act has a reason, which is kept in the audit trail and never shown to the shopper. */
import type { ProductFacts } from './product-facts.ts';

interface Act {
  /** Why; for the audit trail. */
  reason: string;
  /** The cart that is meant. Where an order has made a newer one of it meanwhile, the act is refused. */
  cartId?: string;
}

/** Shoppers' changes are refused with `cart_locked` from now on; reading goes on. A locked cart does not expire. */
export interface Lock extends Act {
  type: 'lock';
}

export interface Unlock extends Act {
  type: 'unlock';
}

/** Brings the lines of these SKUs up to date with the catalogue. */
export interface RepriceLines extends Act {
  type: 'repriceLines';
  skus: string[];
  /** What the catalogue says of them; a SKU without facts is gone. */
  facts?: ProductFacts[];
}

/** Takes all lines of a SKU out; the shopper finds a warning in the cart. */
export interface Withdraw extends Act {
  type: 'withdraw';
  sku: string;
  /** What the shopper reads instead of the standard sentence. */
  notice?: string;
}

export type OperatorAct = Lock | Unlock | RepriceLines | Withdraw;

/** The one list of them, for everybody who reads messages. */
export const OPERATOR_ACTS = [
  'lock',
  'unlock',
  'repriceLines',
  'withdraw',
] as const satisfies OperatorAct['type'][];

export const isOperatorAct = <Other extends { type: string }>(
  operation: Other | OperatorAct,
): operation is OperatorAct => (OPERATOR_ACTS as readonly string[]).includes(operation.type);
