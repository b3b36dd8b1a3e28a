/** Whatever is killed while recovery e-mails are due: each comes once and in time, and none to whoever is not to be written to any more. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { FATES } from './mail-crowd.ts';
import { type MailReport, mailSettings, runMails } from './mail-run.ts';

const CARTS = 50;
const DELAYS_MS = [20_000, 45_000];

let stack: TestStack;
let report: MailReport;

beforeAll(async () => {
  stack = await startTestStack({ environment: mailSettings(DELAYS_MS) });
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`mails under kills, seed ${seed}`);
  report = await runMails({ stack, seed, carts: CARTS, delaysMs: DELAYS_MS });
  console.log(JSON.stringify(report));
});

afterAll(async () => {
  await stack?.stop();
});

test('every part was killed twice, and every fate was met', () => {
  expect(report.kills).toBe(16);
  for (const fate of FATES) expect(report.carts[fate], fate).toBeGreaterThanOrEqual(3);
});

test('each message comes once for each cart and step, and none after a change, an order, an unsubscription or an erasure', () => {
  expect(report.faults).toEqual([]);
});
