/** Settings: defaults that fit, durations, and one sentence for each mistake that never tells a secret. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../config-forms.ts';
import { pricingOf, readConfig, SETTINGS } from '../../config.ts';
import { retentionOf } from '../../config-policies.ts';

const KEY = 'a'.repeat(43);

const byName = (a = '', b = ''): number => a.localeCompare(b);

const faultsOf = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('durations', () => {
  test.each([
    ['250ms', 250],
    ['3s', 3_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('%s is %d ms', (text, expected) => expect(parseDuration(text)).toBe(expected));

  test.each(['', '5', '5 s', '-5s', '1.5h', '5S', '1h30m', 's', '1234567890s'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  test('may be off where a setting says so', () => {
    const interval = (text: string) => readConfig({ RECONCILE_INTERVAL: text }).RECONCILE_INTERVAL;
    expect(['off', '0', '15m', ''].map(interval)).toEqual([0, 0, 900_000, 3_600_000]);
    expect(faultsOf({ RECONCILE_INTERVAL: 'never' })).toContain("'never' is not a duration");
  });

  test('are not too short where that would cost evidence', () => {
    expect(readConfig({ RETENTION_AUDIT: '30d' }).RETENTION_AUDIT).toBe(30 * 86_400_000);
    expect(faultsOf({ RETENTION_AUDIT: '29d' })).toContain('is too short; write 30d or longer');
  });

  test('that mails and addresses are kept cover the life of the links in mails', () => {
    const config = readConfig({ RETENTION_OUTBOX: '1d', RETENTION_CONTACTS: '1d', RECOVERY_LINK_LIFE: '9d' });
    expect(retentionOf(config)).toMatchObject({ outboxMs: 9 * 86_400_000, contactsMs: 9 * 86_400_000 });
  });

  test('never throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['number', 'undefined']).toContain(typeof parseDuration(text));
      }),
    );
  });
});

describe('the configuration', () => {
  test('asks whose clock quiet hours follow', () => {
    expect(faultsOf({ QUIET_HOURS: '22:00-08:00' })).toContain('SHOP_TIME_ZONE: is needed with QUIET_HOURS');
    expect(faultsOf({ QUIET_HOURS: '22:00-08:00', SHOP_TIME_ZONE: 'Europe/Vienna' })).toBe('');
    expect(faultsOf({ QUIET_HOURS: 'off' })).toBe('');
    expect(faultsOf({ CURRENCY: 'EURO' })).toContain('CURRENCY: write three capital letters, such as EUR');
  });

  test('is complete without any setting', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      API_PORT: 3_000,
      REQUEST_DEADLINE: 5_000,
      CART_EXPIRY_GUEST: 90 * 86_400_000,
      REMEMBERED_KEYS_MAX: 256,
      RATE_LIMITS: true,
      ALLOWED_ORIGINS: [],
      GUEST_TOKEN_KEYS: [],
    });
    expect(config.JWT_SECRET).toBeUndefined();
  });

  test('describes every setting', () => {
    for (const [name, setting] of Object.entries(SETTINGS)) {
      expect(setting.description, name).toMatch(/^.{10,}$/s);
    }
  });

  test('reads numbers, flags, lists and durations', () => {
    const environment = {
      API_PORT: '8080',
      RATE_LIMITS: 'off',
      COOKIE_SECURE: '0',
      LOG_PRETTY: 'on',
      ALLOWED_ORIGINS: 'https://a.example, https://b.example,',
      GUEST_TOKEN_KEYS: `new:${KEY},old:${KEY}`,
      IDLE_TICK: '90s',
    };
    expect(readConfig(environment)).toMatchObject({
      API_PORT: 8_080,
      RATE_LIMITS: false,
      COOKIE_SECURE: false,
      LOG_PRETTY: true,
      ALLOWED_ORIGINS: ['https://a.example', 'https://b.example'],
      GUEST_TOKEN_KEYS: [`new:${KEY}`, `old:${KEY}`],
      IDLE_TICK: 90_000,
    });
  });

  test('takes an empty variable for an absent one, and ignores the variables of others', () => {
    expect(readConfig({ API_PORT: '', CURRENCY: '', PATH: '/bin' })).toEqual(readConfig({}));
  });

  test('names every wrong setting, one line each', () => {
    const wrong = {
      API_PORT: '70000',
      DATABASE_POOL: 'many',
      LOG_LEVEL: 'loud',
      CURRENCY: 'eur',
      COOKIE_SECURE: 'yes',
      JWT_SECRET: 'short',
      JWT_JWKS_URL: 'nowhere',
      OWNER_HASH_KEY: 'short',
      WEBHOOK_SECRET: 'whsec_short',
      STRIPE_SECRET_KEY: 'sk',
      STRIPE_WEBHOOK_SECRET: 'whsec',
      PAYMENTS_URL: 'nowhere',
      PAYMENT_PROVIDER: 'cash',
      GUEST_TOKEN_KEYS: 'k1',
      REQUEST_DEADLINE: '5 seconds',
      REMEMBERED_KEYS_MAX: '1',
    };
    const lines = faultsOf(wrong)
      .split('\n')
      .filter((line) => line.startsWith('  '));
    expect(lines.map((line) => /^ {2}(\w+)/.exec(line)?.[1]).toSorted(byName)).toEqual(
      Object.keys(wrong).toSorted(byName),
    );
  });

  test('never repeats a secret', () => {
    const secrets = [
      'JWT_SECRET',
      'OWNER_HASH_KEY',
      'GUEST_TOKEN_KEYS',
      'WEBHOOK_SECRET',
      'STRIPE_SECRET_KEY',
      'STRIPE_WEBHOOK_SECRET',
    ];
    const secret = fc.stringMatching(/^[a-z0-9]{12,29}-!$/);
    fc.assert(
      fc.property(secret, (text) => {
        const message = faultsOf(Object.fromEntries(secrets.map((name) => [name, text])));
        for (const name of secrets) expect(message).toContain(name);
        expect(message).not.toContain(text);
      }),
    );
  });
});

describe('taxes and shipping', () => {
  test('are read from short texts', () => {
    const config = readConfig({
      PRICES_INCLUDE_TAX: 'true',
      TAX_RATES: 'standard=19, reduced=7',
      SHIPPING_METHODS: 'standard=490/5000,pick-up=0@reduced',
    });
    expect(pricingOf(config)).toEqual({
      pricesIncludeTax: true,
      taxRates: { standard: 190_000, reduced: 70_000 },
      shippingMethods: [
        { code: 'standard', title: 'Standard', amount: 490, freeFrom: 5_000, taxClass: 'standard' },
        { code: 'pick-up', title: 'Pick up', amount: 0, taxClass: 'reduced' },
      ],
    });
  });

  test.each([
    ['TAX_RATES', 'standard'],
    ['TAX_RATES', 'standard=101'],
    ['TAX_RATES', '=19'],
    ['SHIPPING_METHODS', 'standard=4.90'],
    ['SHIPPING_METHODS', 'Standard=1'],
    ['SHIPPING_METHODS', 'standard=1/'],
  ])('refuse %s=%s with how to write it', (name, text) => {
    expect(faultsOf({ [name]: text })).toContain(`${name}: '${text}' cannot be read; write <`);
  });
});
