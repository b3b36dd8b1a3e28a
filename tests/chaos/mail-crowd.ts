/**
 * Shoppers who leave their carts, each with an address of their own, and what some of them do before their mail is due. Every request is sent
 * by the same key until there is an answer that is no outage: what is acknowledged here has to count.
 */
import { randomUUID } from 'node:crypto';
import { createLinkTokens, type LinkTokens } from '../../mail/link-tokens.ts';
import { type Answer, bearerOf, guest, type Shopper, signToken } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { insist } from '../support/insist.ts';
import type { TestStack } from '../support/stack.ts';

/** What becomes of a shopper after leaving the cart. */
export const FATES = ['away', 'changed', 'ordered', 'unsubscribed', 'erased'] as const;
export type Fate = (typeof FATES)[number];

/** LINK_TOKEN_KEYS of the stack, so that a link can be made before its mail has come. */
export const LINK_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64url')}`;

export interface Leaver {
  fate: Fate;
  email: string;
  shopper: Shopper;
  cartId: string;
  /** Epoch ms at which the last word of this shopper was acknowledged, and the moment before it was said. */
  leftAt: number;
  saidAt: number;
  /** Of what the fate demands; 0 for those who stay away. */
  actedAt: number;
}

function expectOk(answer: Answer, what: string): Answer {
  if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.text}`);
  return answer;
}

/** A cart with one line, and an address with consent. */
export async function leaveCart(stack: TestStack, fate: Fate, index: number): Promise<Leaver> {
  const email = `${fate}-${index}-${randomUUID().slice(0, 8)}@example.test`;
  const shopper = guest(stack.api);
  const key = randomUUID();
  const { cart } = expectOk(await insist(() => shopper.add('T-A', 1, { key })), 'add');
  const body = { email, marketingConsent: true };
  const saidAt = Date.now();
  const contact = {
    method: 'PUT',
    path: '/cart/contact',
    body,
    headers: { 'idempotency-key': randomUUID() },
  };
  expectOk(await insist(() => shopper.send(contact)), 'contact');
  return { fate, email, shopper, cartId: cart.id as string, saidAt, leftAt: Date.now(), actedAt: 0 };
}

async function order({ shopper }: Leaver): Promise<void> {
  const { version, total, id } = (await insist(() => shopper.get())).cart;
  const headers = { 'if-match': `"${version}"`, 'idempotency-key': randomUUID() };
  const body = { expectedTotal: total, testOutcome: 'approve' };
  expectOk(
    await insist(() => shopper.send({ method: 'POST', path: '/cart/checkout', body, headers })),
    'checkout',
  );
  await eventually(
    async () => {
      const { cart } = await insist(() => shopper.get());
      return cart.id !== id;
    },
    { within: 120_000, every: 300 },
  );
}

export class Fates {
  readonly #stack: TestStack;
  readonly #tokens: LinkTokens = createLinkTokens({ keys: [LINK_KEYS], now: Date.now });
  #operator: Shopper | undefined;

  constructor(stack: TestStack) {
    this.#stack = stack;
  }

  /** Does what this shopper's fate is; answers when it has been acknowledged. */
  async fulfil(leaver: Leaver): Promise<void> {
    if (leaver.fate === 'away') return;
    await this[leaver.fate](leaver);
    leaver.actedAt = Date.now();
  }

  async changed({ shopper }: Leaver): Promise<void> {
    const key = randomUUID();
    expectOk(await insist(() => shopper.add('T-B', 1, { key })), 'change');
  }

  async ordered(leaver: Leaver): Promise<void> {
    await order(leaver);
  }

  /** As a mail provider's machine does it: without a credential. */
  async unsubscribed({ email, cartId }: Leaver): Promise<void> {
    const [row] = await eventually(
      async () => {
        const rows = await this.#stack.sql<{ contactId: string }[]>`
        SELECT contact_id AS "contactId" FROM contacts WHERE email = ${email}`;
        return rows.length === 1 && rows;
      },
      { within: 120_000, every: 200 },
    );
    const link = { contactId: row?.contactId ?? '', cartId, episode: 1, step: 1 };
    const token = this.#tokens.sign('unsubscribe', link, 86_400_000);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const path = `/unsubscribe/${token}`;
    const nobody = guest(this.#stack.api);
    const body = 'List-Unsubscribe=One-Click';
    expectOk(await insist(() => nobody.send({ method: 'POST', path, body, headers })), 'unsubscribe');
  }

  async erased({ cartId }: Leaver): Promise<void> {
    const jwt = await signToken(this.#stack.info.jwt, 'operator', { claims: { roles: ['operator'] } });
    this.#operator ??= bearerOf(this.#stack.api, jwt);
    const operator = this.#operator;
    const request = { method: 'POST', path: '/admin/erasures', body: { cartId } };
    expectOk(await insist(() => operator.send(request)), 'erase');
  }
}
