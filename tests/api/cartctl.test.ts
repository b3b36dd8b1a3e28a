/** What an operator reads on the terminal: `cartctl search`, `inspect` and `health`, as a process of its own, against real workflows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { raiseAlarm } from '../../database/alarms.ts';
import { runCartctl, type Said } from '../support/cartctl.ts';
import { eventually } from '../support/eventually.ts';
import { createOperatedShop, type OperatedShop, type ShopCustomer } from '../support/operated-shop.ts';
import { createTestApi, send, serveTestApi } from './test-api.ts';

const CARTCTL_MS = 120_000;

let shop: OperatedShop;
let url: string;
let plain: ShopCustomer;
let locked: ShopCustomer;
let away: ShopCustomer;

beforeAll(async () => {
  shop = await createOperatedShop();
  url = await shop.listen();
  plain = await shop.customer('T-A', 2);
  await shop.fetch('/cart/items', send('POST', { sku: 'T-TEN', quantity: 3 }, plain.headers));
  locked = await shop.customer('T-B', 1);
  await shop.operate('POST', `/admin/carts/${locked.cartId}/lock`, { reason: 'chargeback under review' });
  away = await shop.customer('T-A', 1);
  await shop.temporal
    .sql`UPDATE carts SET abandoned_at = '2026-11-20T08:30:00Z' WHERE cart_id = ${away.cartId}`;
});
afterAll(() => shop?.close());

const cartctl = (...words: string[]): Promise<Said> =>
  runCartctl({ CARTCTL_URL: url, CARTCTL_TOKEN: shop.operatorToken }, ...words);

/** Times, hashes and numbers that no test can know. */
const masked = ({ lines }: Said): string[] =>
  lines.map((line) =>
    line
      .replaceAll(plain.cartId, 'PLAIN')
      .replaceAll(locked.cartId, 'LOCKED')
      .replaceAll(away.cartId, 'AWAY')
      .replace(/2026-11-20 08:30:00/, 'THEN')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
      .replace(/(cart:u:)?[\w-]{32}/g, 'HASH')
      .replace(/customer [\w-]{8}\b/, 'customer HASH')
      .replace(/\d+ events/, 'N events')
      .replace(/\d+ ms/g, 'N ms'),
  );

describe('search', { timeout: CARTCTL_MS }, () => {
  test('is a table, newest first, that says which carts are locked or abandoned', async () => {
    const said = await cartctl('search');
    expect([said.exitCode, said.stderr]).toEqual([0, '']);
    expect(masked(said)).toEqual([
      'cart status owner lines total made (UTC) changed (UTC)',
      'AWAY active, abandoned customer HASH 1 19.99 EUR TIME TIME',
      'LOCKED active, locked customer HASH 1 49.95 EUR TIME TIME',
      'PLAIN active customer HASH 2 69.98 EUR TIME TIME',
      '',
    ]);
    const [head = '', ...rows] = said.stdout.trimEnd().split('\n');
    for (const column of ['status', 'owner', 'total', 'made', 'changed'])
      for (const row of rows) expect(row.slice(head.indexOf(column) - 2)).toMatch(/^ {2}\S/);
    // No terminal, no colours.
    expect(said.stdout).not.toContain('\u001b');
  });

  test('tells how to go on where there is more, and says so where there is nothing', async () => {
    const first = await cartctl('search', '--limit', '1');
    const cursor = /^More: --cursor (\S+)$/m.exec(first.stdout)?.[1] ?? '';
    expect(masked(first)[1]).toContain('AWAY');
    const second = await cartctl('search', '--limit', '1', '--cursor', cursor);
    expect(masked(second)[1]).toContain('LOCKED');
    const none = await cartctl('search', '--sku', 'T-077');
    expect([none.exitCode, none.stdout]).toEqual([0, 'No cart is like that.\n']);
  });

  test('for what no cart can be is wrong usage, with the choices', async () => {
    const said = await cartctl('search', '--status', 'lost');
    expect([said.exitCode, said.stdout]).toEqual([2, '']);
    expect(said.stderr).toContain('Allowed choices are active, checkout, completed, merged, expired.');
  });
});

describe('inspect', { timeout: CARTCTL_MS }, () => {
  test('shows what shoppers read beside the workflow', async () => {
    const said = await cartctl('inspect', plain.cartId);
    expect([said.exitCode, said.stderr]).toEqual([0, '']);
    expect(masked(said)).toEqual([
      'cart PLAIN',
      'status active',
      'owner customer HASH',
      'version 2 published, 2 in the workflow',
      'workflow HASH (running, N events)',
      'changed TIME UTC',
      'total 69.98 EUR',
      '',
      'line SKU title quantity price sum',
      'l1 T-A Test product A 2 19.99 EUR 39.98 EUR',
      'l2 T-TEN One of ten 3 10.00 EUR 30.00 EUR',
      '',
    ]);
  });

  test('says why and since when a cart is locked, and since when its shopper is away', async () => {
    const said = masked(await cartctl('inspect', locked.cartId));
    expect(said).toContain('status active, locked');
    expect(said).toContain('lock since TIME UTC: chargeback under review');
    expect(said).toContain('! The shop has locked this cart for the moment.');
    const gone = masked(await cartctl('inspect', away.cartId));
    expect(gone).toContain('status active, abandoned');
    expect(gone).toContain('abandoned since THEN UTC');
  });

  test('names what differs and the cure, ends with 6, and lets no text move the cursor', async () => {
    const { sql } = shop.temporal;
    const wrong = await shop.customer('T-A', 1);
    await sql`
      UPDATE carts SET view = replace(view, 'Test product A', '\\u001b[31mEvil\\rproduct')
      WHERE cart_id = ${wrong.cartId}`;
    const said = await cartctl('inspect', wrong.cartId);
    expect(said.exitCode).toBe(6);
    expect(said.lines).toContain('✗ The published view differs in lines.');
    expect(said.lines).toContain(`Mend it: cartctl repair ${wrong.cartId} --reason …`);
    expect(said.lines).toContain('l1 T-A Evil product 1 19.99 EUR 19.99 EUR');
    for (const control of ['\u001b', '\r']) expect(said.stdout).not.toContain(control);
    await sql`UPDATE carts SET version = 0 WHERE cart_id = ${wrong.cartId}`;
    const behind = await cartctl('inspect', wrong.cartId);
    expect(behind.lines).toContain('✗ The read model is at version 0, the cart at 1.');
    expect(behind.lines).toContain('version 0 published, 1 in the workflow');
  });

  test('of a cart that is not there ends with 5; as JSON it is what the API answered', async () => {
    const none = await cartctl('inspect', 'no-such-cart');
    expect([none.exitCode, none.stdout, none.stderr]).toEqual([
      5,
      '',
      '✗ There is no cart with this id. (cart_not_found)\n',
    ]);
    const { body } = await shop.operate('GET', `/admin/carts/${plain.cartId}`);
    expect(JSON.parse((await cartctl('--json', 'inspect', plain.cartId)).stdout)).toEqual(body);
  });

  test('does not pass for a comparison while no worker answers', async () => {
    await shop.temporal.stopWorker();
    const said = await cartctl('inspect', plain.cartId);
    await shop.temporal.startWorker();
    expect(said.exitCode).toBe(3);
    expect(said.lines).toContain('version 2 published, unknown in the workflow');
    expect(said.lines).toContain('! No worker answers for the workflow: nothing could be compared with it.');
  });
});

describe('health', { timeout: CARTCTL_MS }, () => {
  test('of a shop that is well says so, part by part', async () => {
    await eventually(async () => {
      const said = await cartctl('health');
      expect([said.exitCode, said.stderr]).toEqual([0, '']);
      expect(masked(said).filter((line) => !line.includes('@'))).toEqual([
        'database answers in N ms',
        'Temporal answers in N ms',
        expect.stringMatching(/^workers \d seen in the last five minutes$/),
        expect.stringMatching(/^read model N ms behind \(p95 N ms, at most N ms, \d carts\)$/),
        'mails none waits',
        'alarms none waits',
        '',
        'worker last seen (UTC)',
        '',
        '✓ All is well.',
        '',
      ]);
    });
  });

  test('tells of mails that wait too long, and ends with 6', async () => {
    const { sql } = shop.temporal;
    await sql`
      INSERT INTO outbox (purpose, key, payload, due_at) VALUES ('recovery', 'late', '{}', now() - interval '20 minutes')`;
    const said = await cartctl('health');
    await sql`DELETE FROM outbox WHERE key = 'late'`;
    expect(said.exitCode).toBe(6);
    expect(said.lines).toContainEqual(expect.stringMatching(/^mails 1 waiting, the first for 12\d\d s$/));
    expect(said.lines).toContain('✗ Mails are not sent.');
    expect(said.lines).not.toContain('✓ All is well.');
  });

  test('tells of alarms that wait for a person, and ends with 6', async () => {
    const { sql } = shop.temporal;
    await raiseAlarm(sql, { kind: 'refund_failed', subject: 'c-1', facts: {} });
    const said = await cartctl('health');
    await sql`DELETE FROM alarms`;
    expect(said.exitCode).toBe(6);
    expect(said.lines).toContain('alarms 1 refund_failed');
    expect(said.lines).toContain('✗ One alarm waits for a person: refund_failed.');
  });

  test('without Temporal and without the database names both', async () => {
    const api = await createTestApi();
    const served = await serveTestApi(api);
    await api.sql.end();
    const said = await cartctl('--url', served.url, 'health');
    await served.close();
    await api.close();
    expect(said.exitCode).toBe(6);
    expect(said.lines).toEqual([
      'database does not answer',
      'Temporal does not answer',
      'workers unknown',
      'read model unknown',
      'mails unknown',
      'alarms unknown',
      '',
      '✗ The database does not answer.',
      '✗ Temporal does not answer.',
      '',
    ]);
  });

  test('without a token, with a wrong one, with that of a customer, and of nobody says what to do', async () => {
    const cases: [environment: Record<string, string>, words: string[], exitCode: number, said: RegExp][] = [
      [{ CARTCTL_URL: url }, [], 4, /^✗ There is no token\. For the local stack: export CARTCTL_TOKEN=/],
      [
        { CARTCTL_URL: url, CARTCTL_TOKEN: 'x' },
        [],
        4,
        /^✗ The token is not accepted \(token_invalid\)\. Is/,
      ],
      [
        { CARTCTL_URL: url, CARTCTL_TOKEN: plain.headers.authorization?.replace('Bearer ', '') ?? '' },
        [],
        4,
        /\(forbidden\) Is CARTCTL_TOKEN an operator's token of http/,
      ],
      [
        { CARTCTL_TOKEN: shop.operatorToken },
        ['--url', 'http://127.0.0.1:1'],
        3,
        /^✗ Nobody answers at http:\/\/127\.0\.0\.1:1\. Is the API running/,
      ],
    ];
    for (const [environment, words, exitCode, wanted] of cases) {
      const said = await runCartctl(environment, ...words, 'health');
      expect([said.exitCode, said.stdout]).toEqual([exitCode, '']);
      expect(said.stderr).toMatch(wanted);
    }
  });
});
