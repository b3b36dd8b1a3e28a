/** The link of a recovery mail on the whole system: raced by many clicks on two API processes, against the order, and while parts are away. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { customer, guest, type Shopper } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { type Mailed, writeTo } from '../support/left-cart.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());

async function left(): Promise<{ owner: Shopper; mailed: Mailed; before: string }> {
  const owner = guest(stack.api);
  await owner.add('T-A', 2);
  await owner.add('T-B', 1);
  const { cart, text } = await owner.get();
  return { owner, mailed: await writeTo(stack.sql, String(cart.id), { keys: stack.linkKeys }), before: text };
}

const recover = (shopper: Shopper, { recover: token }: Mailed, headers: Record<string, string> = {}) =>
  shopper.send({ method: 'POST', path: `/recover/${token}`, body: {}, headers });

const linesOf = async (shopper: Shopper): Promise<string[]> =>
  (await shopper.get()).cart.lines.map(({ sku, quantity }) => `${quantity} × ${sku}`);

const LINES = ['2 × T-A', '1 × T-B'];

test('twenty clicks of one shopper on two API processes come to the lines once, those of twenty shoppers to them each', async () => {
  const { owner, mailed, before } = await left();
  const one = await customer(stack.info);
  const same = await Promise.all(
    Array.from({ length: 20 }, (_, index) => recover(one.at(index % 2), mailed)),
  );
  expect(new Set(same.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await one.get()).cart).toMatchObject({ totalQuantity: 3, version: 1 });
  const many = await Promise.all(Array.from({ length: 20 }, async () => await customer(stack.info)));
  const answers = await Promise.all(many.map((shopper, index) => recover(shopper.at(index % 2), mailed)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (const shopper of many) expect(await linesOf(shopper)).toEqual(LINES);
  expect((await owner.get()).text).toBe(before);
});

test('raced with its order, unsubscription or erasure it puts all or nothing, and is dead afterwards', async () => {
  for (const death of ['order', 'unsubscribe', 'erase'] as const) {
    const { owner, mailed } = await left();
    const { cart } = await owner.get();
    const kill = () => {
      if (death === 'unsubscribe')
        return owner.send({ method: 'POST', path: `/unsubscribe/${mailed.unsubscribe}` });
      if (death === 'erase')
        return stack.sql`DELETE FROM contacts WHERE contact_id = ${mailed.link.contactId}`;
      const body = { expectedTotal: cart.total, testOutcome: 'approve' };
      const headers = { 'if-match': `"${cart.version}"` };
      return owner.send({ method: 'POST', path: '/cart/checkout', body, headers });
    };
    const shoppers = await Promise.all(Array.from({ length: 8 }, async () => await customer(stack.info)));
    const [, ...answers] = await Promise.all([
      kill(),
      ...shoppers.map((shopper) => recover(shopper, mailed)),
    ]);
    for (const [index, answer] of answers.entries()) {
      expect([200, 410], answer.text).toContain(answer.status);
      const lines = await linesOf(shoppers[index] as Shopper);
      expect(lines).toEqual(answer.status === 200 ? LINES : []);
    }
    await eventually(async () => (await recover(await customer(stack.info), mailed)).status === 410, {
      within: 20_000,
    });
  }
}, 120_000);

test('while Temporal is away it says so, shows all the same, and the repeat puts the lines once', async () => {
  const { owner, mailed } = await left();
  const shopper = await customer(stack.info);
  const key = { 'idempotency-key': 'again and again' };
  await stack.kill('temporal');
  const away = await recover(shopper, mailed, key);
  expect([503, 504], away.text).toContain(away.status);
  const shown = await owner.send({ method: 'GET', path: `/recover/${mailed.recover}` });
  expect(shown.status).toBe(200);
  await stack.restart('temporal');
  await eventually(async () => (await recover(shopper, mailed, key)).status === 200, { within: 60_000 });
  expect(await linesOf(shopper)).toEqual(LINES);
}, 120_000);

test('an API process that dies over it leaves nothing twice: the repeat elsewhere brings it to its end', async () => {
  const { mailed } = await left();
  const shopper = await customer(stack.info);
  const key = { 'idempotency-key': 'through a death' };
  const first = recover(shopper.at(0), mailed, key).catch(() => undefined);
  await stack.kill('api-1');
  await first;
  const answer = await recover(shopper.at(1), mailed, key);
  expect(answer.status, answer.text).toBe(200);
  expect(await linesOf(shopper.at(1))).toEqual(LINES);
  await stack.restart('api-1');
  expect((await recover(shopper.at(0), mailed)).cart.version).toBe(answer.cart.version);
}, 120_000);
