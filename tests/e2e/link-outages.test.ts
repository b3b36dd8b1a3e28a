/**
 * The links of a mail while PostgreSQL, Temporal or all workers are away: who presses is told to come again, nothing is half done, and the same
 * request applies once afterwards. An unsubscription needs the database alone.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customer, guest, type Shopper } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { insist } from '../support/insist.ts';
import { type Mailed, writeTo } from '../support/left-cart.ts';
import { createOwnPostgres, type OwnPostgres } from '../support/own-postgres.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** Temporal and its database. */
let ground: TestStack;
let shopDatabase: OwnPostgres;
/** The shop on top of both. */
let stack: TestStack;

beforeAll(async () => {
  shopDatabase = await createOwnPostgres();
  await shopDatabase.start();
  ground = await startTestStack({ apis: 0, workers: 0, catalogue: 'none' });
  const environment = {
    DATABASE_URL: shopDatabase.url,
    TEMPORAL_ADDRESS: ground.info.temporal.address,
    ABANDONMENT_DELAYS: '2s,10s',
    QUIET_HOURS: 'off',
  };
  stack = await startTestStack({ apis: 1, workers: 1, environment });
});

afterAll(async () => {
  await stack?.stop();
  await ground?.stop();
  await shopDatabase?.remove();
});

const BROWSER = {
  accept: 'text/html',
  'accept-language': 'en',
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
};
const LINES = ['2 × T-A', '1 × T-B'];

async function put(shopper: Shopper, sku: string, quantity = 1): Promise<void> {
  const key = randomUUID();
  const answer = await insist(() => shopper.add(sku, quantity, { key }));
  expect(answer.status, answer.text).toBe(201);
}

async function left(): Promise<{ owner: Shopper; mailed: Mailed }> {
  const owner = guest(stack.api);
  await put(owner, 'T-A', 2);
  await put(owner, 'T-B');
  const { cart } = await insist(() => owner.get());
  return { owner, mailed: await writeTo(stack.sql, String(cart.id), { keys: stack.linkKeys }) };
}

const look = (path: string, headers: Record<string, string> = {}) =>
  guest(stack.api).send({ method: 'GET', path, headers });
const recover = (by: Shopper, { recover: token }: Mailed, headers: Record<string, string> = {}) =>
  by.send({ method: 'POST', path: `/recover/${token}`, ...(headers.accept ? { body: '' } : {}), headers });
const unsubscribe = ({ unsubscribe: token }: Mailed, headers: Record<string, string> = {}) =>
  guest(stack.api).send({
    method: 'POST',
    path: `/unsubscribe/${token}`,
    body: 'List-Unsubscribe=One-Click',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

type Sent = Awaited<ReturnType<typeof look>>;

/** Not now, come again: as a page for people, as a problem for programs. */
function expectLater(answer: Sent, isPage: boolean, statuses = [503]): void {
  expect(statuses, answer.text).toContain(answer.status);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  if (isPage) expect(answer.text).toContain('Please try again in a minute');
  else expect(answer.problem.retryable).toBe(true);
}

const linesOf = async (shopper: Shopper): Promise<string[]> =>
  (await shopper.get('?consistency=strong')).cart.lines.map(({ sku, quantity }) => `${quantity} × ${sku}`);

/** How often the cart that was left says that its shopper has come back by this link. */
async function returnsOf({ link, workflowId }: Mailed): Promise<number> {
  const history = await stack.temporal.workflow.getHandle(workflowId).fetchHistory();
  const signals = (history.events ?? []).filter(
    ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'recovered',
  );
  for (const { workflowExecutionSignaledEventAttributes: signal } of signals) {
    const [payload] = signal?.input?.payloads ?? [];
    expect(JSON.parse(Buffer.from(payload?.data ?? []).toString())).toMatchObject({ cartId: link.cartId });
  }
  return signals.length;
}

const suppressionsOf = async ({ addressHash }: Mailed): Promise<number> =>
  (await stack.sql`SELECT FROM suppressions WHERE address_hash = ${addressHash}`).count;

describe('while PostgreSQL is away', () => {
  test('each of them says so, to people and programs; afterwards the same requests apply once', async () => {
    const { mailed } = await left();
    const { mailed: unwanted } = await left();
    const shopper = await customer(stack.info);
    const key = { 'idempotency-key': 'through the outage' };
    await shopDatabase.kill();
    for (const isPage of [false, true]) {
      const headers = isPage ? BROWSER : {};
      expectLater(await look(`/recover/${mailed.recover}`, headers), isPage);
      expectLater(await look(`/unsubscribe/${mailed.unsubscribe}`, headers), isPage);
      expectLater(await recover(shopper, mailed, { ...key, ...headers }), isPage);
      expectLater(await unsubscribe(unwanted, headers), isPage);
    }
    expect(await returnsOf(mailed)).toBe(0);
    await shopDatabase.start();
    const answer = await eventually(
      async () => {
        const tried = await recover(shopper, mailed, key);
        return tried.status === 200 && tried;
      },
      { within: 30_000, every: 100 },
    );
    expect(answer.isReplay).toBe(false);
    expect(await linesOf(shopper)).toEqual(LINES);
    expect((await recover(shopper, mailed, key)).isReplay).toBe(true);
    expect(await suppressionsOf(unwanted)).toBe(0);
    expect((await unsubscribe(unwanted)).status).toBe(200);
    expect(await suppressionsOf(unwanted)).toBe(1);
  });

  test('no unsubscription that was acknowledged is lost when it dies in the middle of forty', async () => {
    const letters = await Promise.all(Array.from({ length: 40 }, async () => (await left()).mailed));
    const answers = letters.map((mailed) => unsubscribe(mailed));
    await Promise.race(answers);
    await shopDatabase.kill();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(new Set([200, 503, ...statuses])).toEqual(new Set([200, 503]));
    await shopDatabase.start();
    await eventually(async () => (await look('/readyz')).status === 200, { within: 30_000, every: 100 });
    for (const [index, mailed] of letters.entries()) {
      if (statuses[index] === 200) expect(await suppressionsOf(mailed)).toBe(1);
      expect((await unsubscribe(mailed)).status).toBe(200);
      expect(await suppressionsOf(mailed)).toBe(1);
    }
  });
});

describe('while Temporal is away', () => {
  const stayIn = async (email: string): Promise<Shopper> => {
    const shopper = guest(stack.api);
    await put(shopper, 'T-A');
    const body = { email, marketingConsent: true };
    const answer = await insist(() => shopper.send({ method: 'PUT', path: '/cart/contact', body }));
    expect(answer.status, answer.text).toBeLessThan(300);
    return shopper;
  };

  test('one click ends the mails all the same: of two who were written to, only the other one gets the next mail', async () => {
    const [leaving, staying] = [`leaving-${randomUUID()}@x.example`, `staying-${randomUUID()}@x.example`];
    await Promise.all([stayIn(leaving), stayIn(staying)]);
    const [[mail]] = await Promise.all([
      stack.inbox.to(leaving, 1, 30_000),
      stack.inbox.to(staying, 1, 30_000),
    ]);
    const link = /^<(.+)>$/.exec(mail?.headers['list-unsubscribe'] ?? '')?.[1] ?? '';
    await ground.kill('temporal');
    expect((await guest(stack.api).add('T-A')).status).toBe(503);
    const startedAt = Date.now();
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    const answer = await fetch(link, { method: 'POST', body });
    expect([answer.status, await answer.json()]).toEqual([200, { unsubscribed: true }]);
    // Mail programs wait for it.
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    await ground.restart('temporal');
    await stack.inbox.to(staying, 2, 90_000);
    const all = await stack.inbox.messages();
    expect(all.filter(({ to }) => to.includes(leaving))).toHaveLength(1);
  });

  test('the preview is shown, the button says that it cannot, and nothing is put; later it is, once', async () => {
    const { mailed } = await left();
    const shopper = await customer(stack.info);
    await ground.kill('temporal');
    expect((await look(`/recover/${mailed.recover}`, BROWSER)).text).toContain('<button');
    expectLater(await recover(shopper, mailed), false);
    expectLater(await recover(shopper, mailed, BROWSER), true);
    await ground.restart('temporal');
    const pressed = () => recover(shopper, mailed, BROWSER);
    await eventually(async () => (await pressed()).status < 400, { within: 60_000, every: 200 });
    expect(await linesOf(shopper)).toEqual(LINES);
    expect((await shopper.get()).cart.version).toBe(1);
    expect(await returnsOf(mailed)).toBeGreaterThan(0);
  });
});

describe('while no worker runs', () => {
  test('pages are shown, one click works, the button says that it takes longer; later it works, once', async () => {
    const [{ mailed }, { mailed: unwanted }] = [await left(), await left()];
    const shopper = await customer(stack.info);
    await stack.kill('worker-1');
    expect((await look(`/recover/${mailed.recover}`)).status).toBe(200);
    expect((await look(`/unsubscribe/${mailed.unsubscribe}`)).status).toBe(200);
    expect((await unsubscribe(unwanted)).status).toBe(200);
    expect(await suppressionsOf(unwanted)).toBe(1);
    // It may have been accepted: what becomes of it is for the worker to say.
    expectLater(await recover(shopper, mailed), false, [503, 504]);
    expectLater(await recover(shopper, mailed, BROWSER), true, [503, 504]);
    // The word that the shopper is back waits for the worker, whatever they do next.
    expect(await returnsOf(mailed)).toBe(2);
    await stack.restart('worker-1');
    await eventually(async () => (await recover(shopper, mailed)).status === 200, {
      within: 60_000,
      every: 200,
    });
    expect(await linesOf(shopper)).toEqual(LINES);
    expect((await shopper.get()).cart.version).toBe(1);
  });
});
