/**
 * Somebody is forgotten, on the whole system: an address that came in through every door is nowhere afterwards, in no table of any
 * database, no log and no history, also when processes die over it and carts are rebuilt.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../database/client.ts';
import { bearerOf, guest, type Shopper, signToken } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { historiesWith, rowsWith } from '../support/search-everything.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  const ABANDONMENT_DELAYS = '3s,10m,20m';
  stack = await startTestStack({ environment: { ABANDONMENT_DELAYS, QUIET_HOURS: 'off' } });
});
afterAll(() => stack?.stop());

/** Long after this it still holds; the promise is a minute. */
const FORGOTTEN_WITHIN_MS = 60_000;

const canary = (who: string): string => `canary.${who}.${randomUUID()}@x.example`;

const cartIdOf = async (shopper: Shopper): Promise<string> => String((await shopper.get()).cart.id);

async function ask(shopper: Shopper, method: string, path: string, body?: object, ifMatch?: string) {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  const answer = await shopper.send({ method, path, headers, ...(body ? { body } : {}) });
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer;
}

/** The address by form and by checkout; one order is paid for, and the next cart is left. */
async function leaveTraces(shopper: Shopper, email: string): Promise<void> {
  await shopper.add('T-A');
  await ask(shopper, 'PUT', '/cart/contact', { email, marketingConsent: true, timeZone: 'Europe/Vienna' });
  const cart = (await shopper.get()).cart;
  const shippingAddress = { name: email, line1: 'Way 1', postalCode: '1010', city: 'Vienna', country: 'AT' };
  const wish = { expectedTotal: cart.total, email, marketingConsent: true, shippingAddress };
  await ask(shopper, 'POST', '/cart/checkout', { ...wish, testOutcome: 'approve' }, `"${cart.version}"`);
  const orders = async () =>
    (await shopper.send({ method: 'GET', path: '/orders' })).json<{ orders: unknown[] }>();
  await eventually(async () => (await orders()).orders.length === 1, { within: 30_000 });
  await eventually(async () => (await shopper.add('T-B')).status === 201, { within: 10_000 });
}

/** Every place where the text stands: `table` for rows, in whichever database, as text or in bytes. */
async function placesOf(text: string): Promise<string[]> {
  const databases = await stack.sql<{ name: string }[]>`
    SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate`;
  const found: string[] = [];
  for (const { name } of databases) {
    const url = new URL(stack.info.database);
    url.pathname = `/${name}`;
    const sql = connect(url.href, { max: 1, name: 'search', statementTimeoutMs: 30_000 });
    found.push(...(await rowsWith(sql, text)));
    await sql.end();
  }
  if (stack.logs().includes(text)) found.push('logs');
  return [...found, ...(await historiesWith(stack.temporal, text))];
}

const cartctl = (...words: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'operations/cartctl.ts', ...words], {
    cwd: `${import.meta.dirname}/../..`,
  });

test('an address that came in through every door is nowhere within a minute, and stays away', {
  timeout: 300_000,
}, async () => {
  const [guestEmail, customerEmail] = [canary('guest'), canary('customer')];
  const claims = { email: customerEmail, marketing_consent: true, iat: Math.floor(Date.now() / 1_000) - 30 };
  const jwt = await signToken(stack.info.jwt, randomUUID(), { claims });
  const visitor = guest(stack.api);
  const known = bearerOf(stack.api, jwt);
  await Promise.all([leaveTraces(visitor, guestEmail), leaveTraces(known, customerEmail)]);
  await stack.inbox.to(guestEmail, 2, 60_000);
  await stack.inbox.to(customerEmail, 2, 60_000);
  // The search finds what is there.
  for (const email of [guestEmail, customerEmail])
    expect(await placesOf(email)).toEqual(['public.contacts', 'public.order_contacts']);

  const guestCart = await cartIdOf(visitor);
  const startedAt = Date.now();
  await ask(known, 'DELETE', '/me');
  const operator = await signToken(stack.info.jwt, 'operator-1', { claims: { roles: ['operator'] } });
  const { stdout } = await cartctl(
    '--url',
    stack.api[0] ?? '',
    '--token',
    operator,
    'erase',
    guestCart,
    '--yes',
  );
  expect(stdout).toContain('is forgotten');
  for (const email of [guestEmail, customerEmail]) expect(await placesOf(email)).toEqual([]);
  expect(Date.now() - startedAt).toBeLessThan(FORGOTTEN_WITHIN_MS);

  // Every process begins anew, carts are rebuilt from their histories, and the old token is used by one that never heard of it.
  for (const name of ['worker-1', 'worker-2', 'api-1', 'api-2']) await stack.kill(name);
  for (const name of ['worker-1', 'worker-2', 'api-1', 'api-2']) await stack.restart(name);
  for (const shopper of [known, visitor]) {
    await eventually(async () => (await shopper.add('T-C')).status === 201, { within: 30_000 });
    expect((await shopper.get('?consistency=strong')).cart.totalQuantity).toBeGreaterThanOrEqual(2);
  }
  await eventually(
    async () => (await stack.sql`SELECT FROM carts WHERE abandoned_at IS NOT NULL`).count >= 2,
    { within: 60_000 },
  );
  for (const email of [guestEmail, customerEmail]) {
    expect(await placesOf(email)).toEqual([]);
    expect((await stack.inbox.messages()).filter(({ to }) => to.includes(email))).toHaveLength(2);
  }
});
