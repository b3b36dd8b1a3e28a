/**
 * What there is to be seen or broken: the carts of guest A and customer A with a secret note in each, carts of B with less in them, and
 * the names of things (lines, keys, and so on) that requests aim at.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { type Actor, createCredentials, type Credentials, type Owner, type Target } from './actors.ts';

/** Names that a request may put into its path or body. Extend it with each new kind of thing that has an owner. */
export interface Thing {
  lineId: string;
  /** An idempotency key that its owner has used. */
  operationKey: string;
  orderId: string;
}

/** Named by nobody, in the form of a real one. */
export const unknownThing = (): Thing => ({
  lineId: 'l99',
  operationKey: `never-${randomUUID()}`,
  orderId: randomBytes(16).toString('base64url'),
});

export interface World {
  target: Target;
  credentials: Credentials;
  things: Record<Owner, Thing>;
  /** Stands in the cart of its owner and must show up nowhere else. */
  secrets: Record<Owner, string>;
  /** Token of a recovery link, for the cart that another guest has left. */
  recoveryToken: string;
}

const jsonRequest = (body: object, headers: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

async function add(
  target: Target,
  headers: Record<string, string>,
  line: { sku: string; note?: string; key?: string },
): Promise<{ token: string | null; lineId: string }> {
  const { sku, note, key } = line;
  const attributes = note === undefined ? {} : { attributes: { note } };
  const sent = key === undefined ? headers : { ...headers, 'idempotency-key': key };
  const answer = await target.fetch('/cart/items', jsonRequest({ sku, quantity: 1, ...attributes }, sent));
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`The world cannot be made: ${answer.status} ${text}`);
  const { lines } = JSON.parse(text) as { lines: { id: string }[] };
  return { token: answer.headers.get('cart-token'), lineId: lines.at(-1)?.id ?? '' };
}

const tokenOf = ({ token }: { token: string | null }): string => {
  if (token === null) throw new Error('A first write handed out no Cart-Token.');
  return token;
};

/** One line, whose name nobody else has: others have used up other numbers. */
async function fillForA(
  target: Target,
  headers: Record<string, string>,
  fillers: readonly string[],
  line: { note: string; key: string },
): Promise<Thing> {
  for (const sku of fillers) await add(target, headers, { sku });
  await target.fetch('/cart', { method: 'DELETE', headers });
  const { lineId } = await add(target, headers, { sku: 'T-C', ...line });
  const { id } = (await (await target.fetch('/cart', { headers })).json()) as { id: string };
  return { lineId, operationKey: line.key, orderId: await target.placeOrder(id, line.note) };
}

/** Fresh carts and names each time; worlds on one system do not touch. */
export async function createWorld(target: Target): Promise<World> {
  const subjects = { customerA: `a-${randomUUID()}`, customerB: `b-${randomUUID()}` };
  const secrets = { guestA: `secret-${randomUUID()}`, customerA: `secret-${randomUUID()}` };
  const keys = { guestA: `key-${randomUUID()}`, customerA: `key-${randomUUID()}` };
  const guests = {
    guestA: tokenOf(await add(target, {}, { sku: 'T-A' })),
    guestB: tokenOf(await add(target, {}, { sku: 'T-A' })),
  };
  // Of a guest of its own: A's carts have come to orders, and a link dies with the order.
  const recoveryToken = await target.recoveryToken(tokenOf(await add(target, {}, { sku: 'T-A' })));
  const credentials = await createCredentials(target, guests, subjects, recoveryToken);
  await add(target, credentials.customerB(''), { sku: 'T-A' });
  const lines = {
    guestA: { note: secrets.guestA, key: keys.guestA },
    customerA: { note: secrets.customerA, key: keys.customerA },
  };
  const things = {
    guestA: await fillForA(target, credentials.guestA(''), ['T-B'], lines.guestA),
    customerA: await fillForA(target, credentials.customerA(''), ['T-A', 'T-B', 'T-001'], lines.customerA),
  };
  return { target, credentials, things, secrets, recoveryToken };
}

/** What the owner sees: for comparisons before and after. */
export async function cartOf({ target, credentials }: World, owner: Actor): Promise<string> {
  return await (await target.fetch('/cart', { headers: credentials[owner]('') })).text();
}
