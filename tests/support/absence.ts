/** Carts whose shoppers leave, for tests of abandonment: what they did last, what happens to the cart then, what was promised. */
import { expect } from 'vitest';
import type { AbandonmentView } from '../../contract/abandonment.ts';
import { checkoutIdOf } from '../../contract/checkouts.ts';
import type { OperatorAct } from '../../contract/operator-acts.ts';
import * as messages from '../../workflows/messages.ts';
import type { CartUnderTest } from './cart-under-test.ts';
import { giveContact, promisedMails } from './recovery.ts';
import { requestFor } from './requests.ts';
import type { TestTemporal } from './temporal.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const DELAYS = [HOUR, DAY, 3 * DAY];

export const askAbsence = (cart: CartUnderTest): Promise<AbandonmentView> =>
  cart.handle.query(messages.abandonmentQuery);

/** `<episode>:<step>` of each, oldest first. */
export const mailsOf = async ({ sql }: TestTemporal, { ownerHash }: CartUnderTest): Promise<string[]> =>
  (await promisedMails(sql, ownerHash)).map(({ payload: { episode, step } }) => `${episode}:${step}`);

/** Two lines, version 2, of somebody who may be written to. */
export async function leftCart(
  temporal: TestTemporal,
  options: Parameters<TestTemporal['cart']>[0] = {},
): Promise<CartUnderTest> {
  const cart = temporal.cart(options);
  await giveContact(temporal.sql, cart.ownerHash);
  await cart.do([await cart.addOf('T-A', 1), await cart.addOf('T-B', 1)]);
  return cart;
}

const envelope = (): messages.Envelope => {
  const { atomic: _all, operations: _none, ...rest } = requestFor([]);
  return rest;
};

export async function operate(cart: CartUnderTest, act: OperatorAct): Promise<void> {
  const receipt = await cart.handle.executeUpdate(messages.operateUpdate, { args: [act, envelope()] });
  expect(receipt.refusal).toBeUndefined();
}

/** The catalogue asks a little more for it than the cart. */
export async function raisePrice(cart: CartUnderTest, sku: string): Promise<void> {
  const facts = await cart.facts(sku);
  const { lines } = await cart.view();
  const unitPrice = (lines.find((line) => line.sku === sku)?.unitPrice ?? facts.unitPrice) + 100;
  const dearer = { ...facts, unitPrice, revision: facts.revision + unitPrice };
  await operate(cart, { type: 'repriceLines', skus: [sku], facts: [dearer], reason: 'test' });
}

/** Begins a checkout of the cart as it is; returns its id. */
export async function beginCheckout(cart: CartUnderTest): Promise<string> {
  const { id, version, total } = await cart.view();
  const checkoutId = checkoutIdOf(id ?? '', version);
  const policy = { holdLifeMs: 900_000, paymentWaitMs: 900_000, openCheckoutsMax: 3 };
  const begin = { checkoutId, version, wish: { expectedTotal: total }, policy };
  await cart.handle.executeUpdate(messages.beginCheckoutUpdate, { args: [begin, envelope()] });
  return checkoutId;
}
