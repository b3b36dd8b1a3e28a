/**
 * The eleven who may call, with what each of them has in hand: two guests, two customers, customer A's name on three bad tokens, an
 * operator, a payment provider's webhook key, a recovery link, and nobody.
 */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';

export const ACTORS = [
  'nobody',
  'guestA',
  'guestB',
  'customerA',
  'customerB',
  'expiredA',
  'wrongAudienceA',
  'wrongIssuerA',
  'operator',
  'webhookKey',
  'recoveryLink',
] as const;

export type Actor = (typeof ACTORS)[number];

/** Those whose carts are aimed at. */
export const OWNERS = ['guestA', 'customerA'] as const satisfies readonly Actor[];
export type Owner = (typeof OWNERS)[number];

export const isOwner = (actor: Actor): actor is Owner => actor === 'guestA' || actor === 'customerA';

export interface TokenWish {
  subject: string;
  issuer?: string;
  audience?: string;
  /** Epoch seconds. */
  expires?: number;
  claims?: Record<string, unknown>;
}

/** The system under the matrix: the app in this process, or a running stack. */
export interface Target {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A customer token as the shop signs it, with wishes fulfilled. */
  sign(wish: TokenWish): Promise<string>;
  /** Secret of the test payment provider's webhooks (`whsec_…` without the prefix, base64); absent until there are webhooks. */
  webhookSecret?: string;
  /** An order of the owner of this cart, with the note on its line; its id. */
  placeOrder(cartId: string, note: string): Promise<string>;
  /** The token of a recovery link, for the cart that this guest has left. */
  recoveryToken(guestToken: string): Promise<string>;
}

/** How each actor shows who it is, whatever the body: headers for any request. */
export type Credentials = Record<Actor, (body: string) => Record<string, string>>;

/** Standard Webhooks: https://www.standardwebhooks.com */
function webhookHeaders(secret: string, body: string): Record<string, string> {
  const id = `evt_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', Buffer.from(secret, 'base64'))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/** `guests`: their tokens. Guest A comes by cookie as a browser does, guest B by header as an app does. */
export async function createCredentials(
  target: Target,
  guests: Record<'guestA' | 'guestB', string>,
  subjects: Record<'customerA' | 'customerB', string>,
  recoveryToken: string,
): Promise<Credentials> {
  const fixed = (headers: Record<string, string>) => () => headers;
  const bearer = async (wish: TokenWish) => fixed({ authorization: `Bearer ${await target.sign(wish)}` });
  const subject = subjects.customerA;
  const secret = target.webhookSecret ?? randomBytes(24).toString('base64');
  return {
    nobody: fixed({}),
    guestA: fixed({ cookie: `__Host-cart=${guests.guestA}` }),
    guestB: fixed({ 'cart-token': guests.guestB }),
    customerA: await bearer({ subject }),
    customerB: await bearer({ subject: subjects.customerB }),
    expiredA: await bearer({ subject, expires: Math.floor(Date.now() / 1_000) - 3_600 }),
    wrongAudienceA: await bearer({ subject, audience: 'another-shop' }),
    wrongIssuerA: await bearer({ subject, issuer: 'another-issuer' }),
    operator: await bearer({ subject: `operator-${randomUUID()}`, claims: { roles: ['operator'] } }),
    webhookKey: (body) => webhookHeaders(secret, body),
    recoveryLink: fixed({ 'cart-token': recoveryToken }),
  };
}
