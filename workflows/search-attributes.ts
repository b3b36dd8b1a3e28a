/** The typed search attributes of a cart, for filters in Temporal UI. No personal data: search attributes are never encrypted. */
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { abandonedSince } from '../cart/abandonment.ts';
import type { CartState } from '../cart/state.ts';

export const CART_STATUS = defineSearchAttributeKey('CartStatus', 'KEYWORD');
export const CART_OWNER = defineSearchAttributeKey('CartOwner', 'KEYWORD');
export const ITEM_COUNT = defineSearchAttributeKey('ItemCount', 'INT');
export const CHECKOUT_STATUS = defineSearchAttributeKey('CheckoutStatus', 'KEYWORD');
export const LAST_ACTIVITY = defineSearchAttributeKey('LastActivity', 'DATETIME');
export const ABANDONED_AT = defineSearchAttributeKey('AbandonedAt', 'DATETIME');

/** All of them, to be registered and verified at start: an unregistered one would wedge every cart. */
export const SEARCH_ATTRIBUTES = [
  CART_STATUS,
  CART_OWNER,
  ITEM_COUNT,
  LAST_ACTIVITY,
  CHECKOUT_STATUS,
  ABANDONED_AT,
] as const;

/** `AbandonedAt` is there only while the shopper is away. */
export function searchAttributesOf(state: CartState): SearchAttributePair[] {
  const abandonedAt = abandonedSince(state);
  return [
    { key: CART_STATUS, value: state.status },
    { key: CART_OWNER, value: state.ownerHash },
    { key: ITEM_COUNT, value: state.lines.length },
    { key: LAST_ACTIVITY, value: new Date(state.updatedAt) },
    ...(abandonedAt === undefined ? [] : [{ key: ABANDONED_AT, value: new Date(abandonedAt) }]),
  ];
}
