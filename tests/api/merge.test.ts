/** `POST /cart/merge` at the border: who may ask, what the answer says, what becomes of the token, and the offer in the view. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeResultSchema } from '../../api/answer-schemas.ts';
import type { MergeNotices } from '../../contract/operations.ts';
import {
  type Answer,
  bearer,
  createTestApi,
  expectProblem,
  newGuest,
  ORIGIN,
  send,
  type TestApi,
} from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

type Headers = Record<string, string>;
let count = 0;
const freshCustomer = (): Promise<Headers> => bearer(`merging-${(count += 1)}`);

const merge = (headers: Headers, body?: object): Promise<Answer> =>
  api.fetch('/cart/merge', send('POST', body, headers));
const add = (headers: Headers, sku = 'T-A', quantity = 1) =>
  api.fetch('/cart/items', send('POST', { sku, quantity }, headers));
const read = (headers: Headers) => api.fetch('/cart', { headers });

const outcomeOf = ({ text }: Answer) =>
  (JSON.parse(text) as { merge: MergeNotices & { merged: boolean } }).merge;
const linesOf = ({ cart }: { cart: Answer['body'] | Answer['body']['cart'] }) =>
  cart.lines.map((line) => `${line.quantity} × ${line.sku}`);

/** A guest with two units of T-A, and a customer with one of T-A and one of T-B. */
async function pair(): Promise<{ guest: Headers; customer: Headers; both: Headers }> {
  const guest = await newGuest(api, 'T-A', 2);
  const customer = await freshCustomer();
  await add(customer);
  await add(customer, 'T-B');
  return { guest, customer, both: { ...guest, ...customer } };
}

const asCookie = (guest: Headers): Headers => ({ cookie: `__Host-cart=${guest['cart-token']}` });
const CLEARED = '__Host-cart=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax';

describe('a merge', () => {
  test('answers with the cart of the customer and what became of the guest’s', async () => {
    const { customer, both } = await pair();
    const answer = await merge(both);
    expect(answer.status, answer.text).toBe(200);
    expect(mergeResultSchema.parse(JSON.parse(answer.text))).toBeTruthy();
    expect(outcomeOf(answer)).toEqual({ merged: true, adjusted: [], dropped: [] });
    expect(linesOf(answer.body)).toEqual(['3 × T-A', '1 × T-B']);
    expect(answer.headers.get('etag')).toBe('"3"');
    expect((await read(customer)).body).toEqual(answer.body.cart);
  });

  test.each([
    ['max', 5],
    ['guestWins', 2],
    ['accountWins', 5],
  ])('by the strategy %s gives %d units', async (strategy, quantity) => {
    const guest = await newGuest(api, 'T-A', 2);
    const customer = await freshCustomer();
    await add(customer, 'T-A', 5);
    const answer = await merge({ ...guest, ...customer }, { strategy });
    expect(linesOf(answer.body)).toEqual([`${quantity} × T-A`]);
  });

  test('tells what stock held back', async () => {
    const guest = await newGuest(api, 'T-TEN', 8);
    const customer = await freshCustomer();
    await add(customer, 'T-TEN', 5);
    const answer = await merge({ ...guest, ...customer });
    expect(outcomeOf(answer)).toMatchObject({
      adjusted: [{ sku: 'T-TEN', lineId: 'l1', wanted: 13, quantity: 10, reason: 'out_of_stock' }],
      dropped: [],
    });
  });

  test('again, by the same key, by another, by another strategy: nothing changes, and the answer is alike', async () => {
    const { both } = await pair();
    const first = await merge({ ...both, 'idempotency-key': 'login-1' });
    for (const key of ['login-1', 'login-2']) {
      const again = await merge({ ...both, 'idempotency-key': key });
      expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([
        200,
        first.text,
        'true',
      ]);
    }
    const other = await merge(both, { strategy: 'max' });
    expect(other.text).toBe(first.text);
    const reused = await merge({ ...both, 'idempotency-key': 'login-1' }, { strategy: 'max' });
    expectProblem(reused, 422, 'idempotency_key_reused');
  });

  test('again by its key, without the token that its answer took away, finds the outcome', async () => {
    const { customer, both } = await pair();
    const first = await merge({ ...both, 'idempotency-key': 'lost' });
    const again = await merge({ ...customer, 'idempotency-key': 'lost' });
    expect([again.status, again.text]).toEqual([200, first.text]);
    expectProblem(await merge({ ...customer, 'idempotency-key': 'never' }), 409, 'merge_not_possible');
  });

  test('whose answer is lost is found by the same key', async () => {
    const { both } = await pair();
    api.carts.outage = 'lost_answer';
    const lost = await merge({ ...both, 'idempotency-key': 'timeout' });
    api.carts.outage = 'none';
    expectProblem(lost, 504, 'deadline_exceeded');
    const found = await merge({ ...both, 'idempotency-key': 'timeout' });
    expect([found.status, found.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(found.body.cart.totalQuantity).toBe(4);
  });

  test('may wait for a version', async () => {
    const { both } = await pair();
    expectProblem(await merge({ ...both, 'if-match': '"1"' }), 412, 'version_conflict');
    expect((await merge({ ...both, 'if-match': '"2-m"' })).status).toBe(200);
  });

  test('that need not be waited for is accepted, and its key tells the outcome', async () => {
    const { customer, both } = await pair();
    const answer = await merge({ ...both, prefer: 'respond-async', 'idempotency-key': 'later' });
    expect([answer.status, answer.headers.get('location')]).toEqual([202, '/cart/operations/later']);
    const status = await api.fetch('/cart/operations/later', { headers: customer });
    expect(status.body).toMatchObject({ status: 'applied', version: 3 });
  });

  test('is counted', async () => {
    const { both } = await pair();
    await merge(both);
    expect(await api.metrics.collect()).toMatch(/cart_operations_total\{kind="merge",code="ok"\}/);
  });
});

describe('nobody merges', () => {
  test('without signing in', async () => {
    const guest = await newGuest(api);
    expectProblem(await merge(guest), 401, 'unauthenticated');
    expectProblem(await merge({}), 401, 'unauthenticated');
    expect((await read(guest)).body.totalQuantity).toBe(1);
  });

  test('without a guest’s token, or with one that was not made here', async () => {
    const customer = await freshCustomer();
    expectProblem(await merge(customer), 409, 'merge_not_possible');
    expectProblem(await merge({ ...customer, 'cart-token': 'v1.k1.x.y' }), 409, 'merge_not_possible');
  });

  test('what another customer has merged', async () => {
    const { guest, both } = await pair();
    await merge(both);
    const other = await freshCustomer();
    const answer = await merge({ ...asCookie(guest), ...other });
    expectProblem(answer, 409, 'merge_not_possible');
    expect(answer.headers.get('set-cookie')).toBe(CLEARED);
    expect((await read(other)).body.lines).toEqual([]);
  });

  test('from another site', async () => {
    const { guest, customer } = await pair();
    const answer = await merge({
      ...asCookie(guest),
      ...customer,
      'sec-fetch-site': 'cross-site',
      origin: 'https://elsewhere.example',
    });
    expectProblem(answer, 403, 'csrf_rejected');
  });

  test('by an unknown strategy', async () => {
    const { both } = await pair();
    expectProblem(await merge(both, { strategy: 'best' }), 422, 'validation_failed');
  });
});

describe('where there is nothing to merge', () => {
  test('the answer says so, and the token goes on, so that a write on its way is not lost', async () => {
    const guest = await newGuest(api);
    await api.fetch('/cart', send('DELETE', undefined, guest));
    const customer = await freshCustomer();
    const answer = await merge({ ...asCookie(guest), ...customer });
    expect(outcomeOf(answer)).toEqual({ merged: false, adjusted: [], dropped: [] });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect((await add(guest)).status).toBe(201);
    expect(outcomeOf(await merge({ ...guest, ...customer })).merged).toBe(true);
  });

  test('because the cart has expired, the token is taken back', async () => {
    const guest = await newGuest(api);
    const owner = api.carts.received.at(-1)?.owner;
    if (owner) await api.carts.expire(owner);
    const answer = await merge({ ...asCookie(guest), ...(await freshCustomer()) });
    expect(outcomeOf(answer).merged).toBe(false);
    expect(answer.headers.get('set-cookie')).toBe(CLEARED);
  });
});

describe('after the merge the token', () => {
  test('is taken back where it was a cookie', async () => {
    const { guest, customer } = await pair();
    const answer = await merge({ ...asCookie(guest), ...customer });
    expect(answer.headers.get('set-cookie')).toBe(CLEARED);
  });

  test('reads an empty cart, is taken back, and is offered no more', async () => {
    const { guest, customer, both } = await pair();
    await merge(both);
    const alone = await read(asCookie(guest));
    expect([alone.body.version, alone.body.lines, alone.headers.get('set-cookie')]).toEqual([0, [], CLEARED]);
    const together = await read({ ...asCookie(guest), ...customer });
    expect([together.body.requirements, together.headers.get('set-cookie')]).toEqual([[], CLEARED]);
  });

  test.each([
    ['an add', 'POST', '/cart/items', { sku: 'T-A', quantity: 1 }],
    ['an update', 'PATCH', '/cart/items/l1', { quantity: 9 }],
    ['a removal', 'DELETE', '/cart/items/l1', undefined],
    ['a clear', 'DELETE', '/cart', undefined],
  ])('reaches neither cart: %s is refused, with the successor', async (_what, method, path, body) => {
    const { guest, customer, both } = await pair();
    await merge(both);
    const late = await api.fetch(path, send(method, body, asCookie(guest)));
    expectProblem(late, 409, 'cart_closed');
    expect(JSON.parse(late.text)).toMatchObject({ successor: 'customer', retryable: false });
    expect(late.headers.get('set-cookie')).toBe(CLEARED);
    expect((await read(customer)).body.totalQuantity).toBe(4);
  });

  test('still tells a retry that the write was applied before, and hands no cookie out', async () => {
    const { guest, both } = await pair();
    const key = { 'idempotency-key': 'before-login' };
    expect((await add({ ...guest, ...key })).status).toBe(201);
    await merge(both);
    const again = await add({ ...asCookie(guest), ...key });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.body.lines).toEqual([]);
    expect(again.headers.get('set-cookie')).toBe(CLEARED);
  });
});

describe('the offer to merge', () => {
  const codes = ({ body }: Answer) => (body.cart ?? body).requirements.map(({ code }) => code);

  test('is in the view of a customer who brings a cart with something in it', async () => {
    const { customer, both } = await pair();
    expect(codes(await read(both))).toEqual(['merge_available']);
    expect(codes(await read(customer))).toEqual([]);
    expect(codes(await add(both))).toEqual(['merge_available']);
    expect(codes(await merge(both))).toEqual([]);
    expect(codes(await read(both))).toEqual([]);
  });

  test('is there also where the customer has no cart yet', async () => {
    const guest = await newGuest(api);
    const answer = await read({ ...guest, ...(await freshCustomer()) });
    expect([codes(answer), answer.body.id]).toEqual([['merge_available'], null]);
  });

  test('is not there for an empty guest’s cart', async () => {
    const { guest, both } = await pair();
    await api.fetch('/cart', send('DELETE', undefined, guest));
    expect(codes(await read(both))).toEqual([]);
  });

  test('has an entity tag of its own: a cache that has the other view is told', async () => {
    const { guest, customer, both } = await pair();
    const plain = await read(customer);
    const tag = plain.headers.get('etag') ?? '';
    const offered = await read({ ...both, 'if-none-match': tag });
    expect([offered.status, offered.headers.get('etag')]).toEqual([200, '"2-m"']);
    expect((await read({ ...both, 'if-none-match': '"2-m"' })).status).toBe(304);
    await api.fetch('/cart', send('DELETE', undefined, guest));
    expect((await read({ ...both, 'if-none-match': '"2-m"' })).status).toBe(200);
  });

  test('costs a reader without a guest’s token no statement', async () => {
    const { customer, both } = await pair();
    const statementsOf = async (headers: Headers) => {
      let statements = 0;
      api.sql.options.debug = () => void (statements += 1);
      await read(headers);
      api.sql.options.debug = false;
      return statements;
    };
    expect(await statementsOf(customer)).toBe(1);
    expect(await statementsOf(both)).toBe(2);
  });

  test('is open to the pages of the shop alone', async () => {
    const { guest, customer } = await pair();
    const answer = await merge({ ...asCookie(guest), ...customer, origin: ORIGIN });
    expect(answer.status).toBe(200);
  });
});
