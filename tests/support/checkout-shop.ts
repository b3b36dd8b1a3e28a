/**
 * A whole shop for tests of checkouts: the real API on a port, a worker with the real activities, and the test provider as a process of its
 * own that delivers its events there. Only Temporal and PostgreSQL are shared with other suites.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createCarts } from '../../api/carts.ts';
import { type Checkouts, createCheckouts } from '../../api/checkouts.ts';
import { createApi } from '../../api/create-app.ts';
import { createServer, listen, stopServer } from '../../api/create-server.ts';
import { createLog } from '../../api/log.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createBulkActionGateway } from '../../api/bulk-action-gateway.ts';
import { createReconcileGateway } from '../../api/reconcile-gateway.ts';
import { createRecoverySignals } from '../../api/recovery-signals.ts';
import { createRetentionGateway } from '../../api/retention-gateway.ts';
import { createOperatorGateway } from '../../api/operator-gateway.ts';
import type { Activities } from '../../activities/create-activities.ts';
import { readConfig } from '../../config.ts';
import { retentionOf } from '../../config-policies.ts';
import type { CheckoutView } from '../../contract/checkouts.ts';
import type { Pricing } from '../../contract/pricing.ts';
import { createProviders } from '../../payments/create-providers.ts';
import { type Answer, ENVIRONMENT, guestToken, send, toAnswer } from '../api/test-api.ts';
import { eventually } from './eventually.ts';
import { WEBHOOK_SECRET } from './payments.ts';
import { startTestPayments, type TestPayments } from './test-payments.ts';
import { createTestTemporal, type TestTemporal } from './temporal.ts';

/** An answer of `/cart/checkout`. */
export type CheckoutAnswer = Omit<Answer, 'body'> & {
  body: Omit<Answer['body'], keyof CheckoutView> & CheckoutView;
};

export interface CheckoutShop {
  temporal: TestTemporal;
  provider: TestPayments;
  checkouts: Checkouts;
  url: string;
  fetch(path: string, init?: RequestInit): Promise<Answer>;
  /** A guest with these units in the cart. */
  guest(...lines: [sku: string, quantity: number][]): Promise<Shopper>;
  /** What a shopper does on the provider's page. */
  pay(checkoutId: string, choice: 'pay' | 'decline' | 'close'): Promise<void>;
  /** Any events from the provider, correctly signed. */
  emit(...events: { type: string; checkoutId: string; id?: string; times?: number }[]): Promise<void>;
  close(): Promise<void>;
}

export interface CheckoutShopOptions {
  environment?: Record<string, string>;
  activities?: (real: Activities) => Activities;
  pricing?: Pricing;
}

/** One guest at the shop's door. */
export class Shopper {
  readonly headers: Record<string, string>;
  readonly #fetch: CheckoutShop['fetch'];

  constructor(fetch: CheckoutShop['fetch'], headers: Record<string, string>) {
    this.#fetch = fetch;
    this.headers = headers;
  }

  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#fetch(path, send(method, body, { ...this.headers, ...headers }));
  }

  cart(): Promise<Answer> {
    return this.ask('GET', '/cart');
  }

  /** Begins a checkout of the cart as it is now. `version`: another one than the present. */
  async begin(
    body: Record<string, unknown> = {},
    { key = randomUUID() as string, version }: { key?: string; version?: number } = {},
  ): Promise<CheckoutAnswer> {
    const cart = await this.cart();
    const wish = { expectedTotal: cart.body.total, testOutcome: 'approve', ...body };
    const headers = { 'idempotency-key': key, 'if-match': `"${version ?? cart.body.version}"` };
    return (await this.ask('POST', '/cart/checkout', wish, headers)) as CheckoutAnswer;
  }

  async checkout(): Promise<CheckoutAnswer> {
    return (await this.ask('GET', '/cart/checkout')) as CheckoutAnswer;
  }

  async cancel(): Promise<CheckoutAnswer> {
    return (await this.ask('DELETE', '/cart/checkout')) as CheckoutAnswer;
  }

  /** The checkout, as soon as it is so. */
  untilStatus(status: string, within = 20_000): Promise<CheckoutAnswer['body']> {
    return this.#until(() => this.checkout(), status, within);
  }

  /** The cart, as soon as it can be changed again. */
  untilActive(): Promise<Answer['body']> {
    return this.#until(() => this.cart(), 'active', 10_000);
  }

  #until<Body extends { status: string }>(
    ask: () => Promise<{ body: Body }>,
    status: string,
    within: number,
  ): Promise<Body> {
    return eventually(
      async () => {
        const { body } = await ask();
        if (body.status !== status) throw new Error(`It is not ${status}: ${JSON.stringify(body)}`);
        return body;
      },
      { within },
    );
  }
}

/** Call `close`. */
export async function createCheckoutShop(options: CheckoutShopOptions = {}): Promise<CheckoutShop> {
  let app: { fetch: (request: Request) => Response | Promise<Response> } | undefined;
  const server = createServer(
    (request: Request) => app?.fetch(request) ?? new Response(null, { status: 503 }),
  );
  await listen(server, '127.0.0.1', 0);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = await startTestPayments([`${url}/webhooks/payments/test`]);
  const config = readConfig({
    ...ENVIRONMENT,
    LOG_LEVEL: 'silent',
    WEBHOOK_SECRET,
    PAYMENTS_URL: provider.url,
    ...options.environment,
  });
  const { activities, pricing } = options;
  const temporal = await createTestTemporal({
    payments: createProviders(config),
    ...(activities ? { activities } : {}),
    ...(pricing ? { pricing } : {}),
  });
  const metrics = createMetrics();
  const place = { client: temporal.client, taskQueue: temporal.taskQueue };
  const checkouts = createCheckouts(config, metrics, temporal.sql, place);
  const api = createApi({
    config,
    carts: createCarts(config, metrics, place),
    checkouts,
    operatorGateway: createOperatorGateway(place),
    bulkActions: createBulkActionGateway(place),
    reconcile: createReconcileGateway(place, config.IDLE_TICK),
    recoverySignals: createRecoverySignals(place, metrics),
    retention: createRetentionGateway(place, retentionOf(config)),
    onPaymentEvent: (event) => checkouts.tell(event),
    sql: temporal.sql,
    log: createLog(config),
    metrics,
  });
  app = api.app;
  api.payments.start();
  const shop: CheckoutShop = {
    temporal,
    provider,
    checkouts,
    url,
    fetch: async (path, init) => await toAnswer(await fetch(`${url}${path}`, init)),
    async guest(...lines) {
      const [first, ...others] = lines;
      const [sku, quantity] = first ?? ['T-A', 1];
      const answer = await shop.fetch('/cart/items', send('POST', { sku, quantity }));
      const shopper = new Shopper((path, init) => shop.fetch(path, init), {
        'cart-token': guestToken(answer),
      });
      for (const line of others) {
        await shopper.ask('POST', '/cart/items', { sku: line[0], quantity: line[1] });
      }
      return shopper;
    },
    async pay(checkoutId, choice) {
      const found = await provider.fetch(`/payments?checkoutId=${checkoutId}`);
      const { payments } = (await found.json()) as { payments: { paymentId: string }[] };
      const body = new URLSearchParams({ choice });
      await provider.fetch(`/pay/${payments[0]?.paymentId}`, { method: 'POST', body, redirect: 'manual' });
    },
    async emit(...events) {
      const list = events.map(({ checkoutId, ...event }) => ({ ...event, data: { checkoutId } }));
      await provider.fetch('/events', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(list),
      });
    },
    async close() {
      api.feed.close();
      await stopServer(server, 1_000);
      await api.payments.close();
      await api.flags.close();
      await metrics.close();
      await temporal.close();
      await provider.remove();
    },
  };
  return shop;
}
