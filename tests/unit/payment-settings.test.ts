/** Which providers the settings switch on, and the starts that are refused because nobody could tell a genuine event. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../config.ts';
import {
  createProviders,
  createWebhookReaders,
  requireWebhookSecrets,
} from '../../payments/create-providers.ts';
import { OTHER_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET, WEBHOOK_SECRET } from '../support/payments.ts';

const TEST = { PAYMENTS_URL: 'http://127.0.0.1:1', WEBHOOK_SECRET };
const STRIPE = { STRIPE_SECRET_KEY: 'sk_test_0123456789', STRIPE_WEBHOOK_SECRET };

describe('the start', () => {
  test.each([
    [{}, /No webhook secret/],
    [{ PAYMENTS_URL: TEST.PAYMENTS_URL }, /PAYMENTS_URL needs WEBHOOK_SECRET/],
    [{ PAYMENTS_URL: TEST.PAYMENTS_URL, ...STRIPE }, /PAYMENTS_URL needs WEBHOOK_SECRET/],
    [{ STRIPE_SECRET_KEY: STRIPE.STRIPE_SECRET_KEY }, /STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET/],
    [{ STRIPE_SECRET_KEY: STRIPE.STRIPE_SECRET_KEY, WEBHOOK_SECRET }, /STRIPE_SECRET_KEY needs/],
  ])('with %j is refused', (environment, message) => {
    expect(() => requireWebhookSecrets(readConfig(environment))).toThrow(message);
  });

  test.each([[{ WEBHOOK_SECRET }], [TEST], [STRIPE], [{ ...TEST, ...STRIPE }]])(
    'with %j goes on',
    (environment) => {
      expect(() => requireWebhookSecrets(readConfig(environment))).not.toThrow();
    },
  );
});

describe('webhooks', () => {
  test('are read only from providers whose secret is set', () => {
    expect(Object.keys(createWebhookReaders(readConfig({})))).toEqual([]);
    expect(Object.keys(createWebhookReaders(readConfig({ WEBHOOK_SECRET })))).toEqual(['test']);
    expect(Object.keys(createWebhookReaders(readConfig(STRIPE)))).toEqual(['stripe']);
  });

  test('know several secrets, separated by commas', () => {
    const { WEBHOOK_SECRET: secrets } = readConfig({
      WEBHOOK_SECRET: `${OTHER_WEBHOOK_SECRET}, ${WEBHOOK_SECRET}`,
    });
    expect(secrets).toEqual([OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET]);
  });
});

describe('new payments', () => {
  test.each([
    [{}, undefined, []],
    [{ WEBHOOK_SECRET }, undefined, []],
    [TEST, 'test', ['test']],
    [STRIPE, 'stripe', ['stripe']],
    [{ ...TEST, ...STRIPE }, 'stripe', ['test', 'stripe']],
    [{ ...TEST, ...STRIPE, PAYMENT_PROVIDER: 'test' }, 'test', ['test', 'stripe']],
  ])('with %j go to %s', (environment, chosen, known) => {
    const created = createProviders(readConfig(environment));
    expect(created.chosen).toBe(chosen);
    expect(Object.keys(created.providers)).toEqual(known);
  });

  test('are not left to a provider that is not configured', () => {
    expect(() => createProviders(readConfig({ ...TEST, PAYMENT_PROVIDER: 'stripe' }))).toThrow(
      /PAYMENT_PROVIDER/,
    );
  });
});
