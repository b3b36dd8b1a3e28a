/** What waits for a person is seen by whoever looks at the shop's health, and by whoever watches its metrics, until it is settled. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { raiseAlarm, readOpenAlarms } from '../../database/alarms.ts';
import { createWorkerMetrics } from '../../worker/metrics.ts';
import { customerToken, createTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

async function health() {
  const authorization = `Bearer ${await customerToken('op', { roles: ['operator'] })}`;
  const { body } = await api.fetch('/admin/health', { headers: { authorization } });
  return body as unknown as { status: string; problems: string[]; alarms: unknown[] };
}

async function metrics(): Promise<string> {
  const own = createWorkerMetrics();
  own.watchAlarms(() => readOpenAlarms(api.sql));
  const text = await own.collect();
  await own.close();
  return text;
}

test('alarms are a problem of the shop until somebody has settled them', async () => {
  expect((await health()).alarms).toEqual([]);
  expect(await metrics()).not.toContain('cartwright_alarms_open{');

  await raiseAlarm(api.sql, { kind: 'refund_failed', subject: 'c-1', facts: {} });
  for (const subject of ['e-1', 'e-2']) {
    await raiseAlarm(api.sql, { kind: 'payment_mismatch', subject, facts: {} });
  }
  const found = await health();
  expect(found.status).toBe('degraded');
  expect(found.problems).toContain('One alarm waits for a person: refund_failed.');
  expect(found.problems).toContain('2 alarms wait for a person: payment_mismatch.');
  expect(found.alarms).toMatchObject([
    { kind: 'refund_failed', count: 1 },
    { kind: 'payment_mismatch', count: 2 },
  ]);
  expect(await metrics()).toContain('cartwright_alarms_open{kind="payment_mismatch"} 2');

  await api.sql`UPDATE alarms SET settled_at = now()`;
  expect((await health()).alarms).toEqual([]);
});
