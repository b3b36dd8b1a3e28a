/** What does not come up: a mistake in the settings is told in a sentence before anything starts; a worker that ends is shown with its own words. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { startTestStack } from '../support/stack.ts';

const start = (environment: Record<string, string>) =>
  startTestStack({ environment, apis: 1, workers: 1, catalogue: 'none' });

test('a worker with a fault at a point that does not exist ends, and the stack says why', async () => {
  await expect(start({ FAULTS: 'createOder:before:fail' })).rejects.toThrow(
    /exit 1[^]*Worker 1 ended while it was starting[^]*createOder, which no activity is called\. Known: .*\bcreateOrder,/,
  );
});

test('a stack with a wrong setting starts nothing, and says which', async () => {
  const isWrong = start({ SHOP_TIME_ZONE: 'Mars' });
  await expect(isWrong).rejects.toThrow(/SHOP_TIME_ZONE: write the name of a time zone/);
  await expect(isWrong).rejects.not.toThrow(/PostgreSQL|at readConfig/);
});

describe('a worker ends with one sentence and no stack trace', () => {
  const shop = { SHOP_ADDRESS: 'Lane 1, Leeds', API_PUBLIC_URL: 'http://127.0.0.1:3000' };
  const keys = { OWNER_HASH_KEY: 'a'.repeat(43), LINK_TOKEN_KEYS: `k1:${'a'.repeat(43)}` };
  const mail = { SMTP_URL: 'smtp://127.0.0.1:1025', MAIL_FROM: 'shop@shop.example', ...shop, ...keys };

  test.each([
    [{ QUIET_HOURS: '25-8' }, "QUIET_HOURS: '25-8' is no span of the day; write 22:00-08:00 or off"],
    [
      { PAYMENT_PROVIDER: 'stripe' },
      "Payments by 'stripe' (PAYMENT_PROVIDER) need STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET too.",
    ],
    [
      { PAYMENTS_URL: 'http://127.0.0.1:1' },
      "Payments by 'test' (PAYMENT_PROVIDER) need WEBHOOK_SECRET too.",
    ],
    [{ SMTP_URL: mail.SMTP_URL }, 'SMTP_URL is set, and mails need MAIL_FROM, SHOP_ADDRESS'],
    [{ ...mail, MAIL_TEXTS: '/nowhere' }, '/nowhere'],
  ])('%o', (settings, sentence) => {
    const { PATH = '' } = process.env;
    const ended = spawnSync(process.execPath, ['--import', 'tsx', 'worker/main.ts'], {
      env: { PATH, ...settings },
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(sentence);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });
});
