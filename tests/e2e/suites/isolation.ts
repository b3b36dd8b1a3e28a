/** The isolation matrix through the whole system, with real workflows behind it. */
import { connect } from '../../../database/client.ts';
import { placeOrder } from '../../isolation/place-order.ts';
import { isolationSuite } from '../../isolation/suite.ts';
import type { Target } from '../../isolation/actors.ts';
import { signToken } from '../../support/client.ts';
import { writeTo } from '../../support/left-cart.ts';
import type { TestStack } from '../../support/stack.ts';

/** The stack's first API process. */
const stackTarget = ({ info, sql: shop, linkKeys }: TestStack): Target => ({
  fetch: (path, init) => fetch(`${info.api[0]}${path}`, init),
  placeOrder: async (cartId, note) => {
    const sql = connect(info.database, { max: 1, name: 'isolation' });
    try {
      return await placeOrder(sql, cartId, note);
    } finally {
      await sql.end({ timeout: 1 });
    }
  },
  recoveryToken: async (guestToken) => {
    const answer = await fetch(`${info.api[0]}/cart`, { headers: { 'cart-token': guestToken } });
    const { id } = (await answer.json()) as { id: string };
    return (await writeTo(shop, id, { keys: linkKeys })).recover;
  },
  webhookSecret: info.webhookSecret.slice('whsec_'.length),
  sign: ({ subject, ...wishes }) => signToken(info.jwt, subject, wishes),
});

export function isolationOverHttp(stack: () => TestStack): void {
  isolationSuite({ target: () => stackTarget(stack()), title: 'over HTTP' });
}
