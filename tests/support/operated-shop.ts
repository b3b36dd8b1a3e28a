/** The app on a real Temporal server with a worker, for what operators do: requests by `app.request`, carts by the real workflow. */
import type { Server } from 'node:http';
import { createCheckouts } from '../../api/checkouts.ts';
import { createApi } from '../../api/create-app.ts';
import { createServer, listen, stopServer } from '../../api/create-server.ts';
import { createCarts } from '../../api/carts.ts';
import { createLog } from '../../api/log.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createBulkActionGateway } from '../../api/bulk-action-gateway.ts';
import { createReconcileGateway } from '../../api/reconcile-gateway.ts';
import { createRecoverySignals } from '../../api/recovery-signals.ts';
import { createRetentionGateway } from '../../api/retention-gateway.ts';
import { createOperatorGateway } from '../../api/operator-gateway.ts';
import { readConfig } from '../../config.ts';
import { retentionOf } from '../../config-policies.ts';
import { type Answer, customerToken, ENVIRONMENT, send, toAnswer } from '../api/test-api.ts';
import { eventually } from './eventually.ts';
import { createTestTemporal, type TestTemporal } from './temporal.ts';

export interface OperatedShop {
  temporal: TestTemporal;
  fetch(path: string, init?: RequestInit): Promise<Answer>;
  /** A request with an operator's token. `name` tells operators apart. */
  operate(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  /** The API on a port of its own, for programs that are its clients; its address. */
  listen(): Promise<string>;
  /** An operator's token. */
  operatorToken: string;
  /** A new customer with one line. */
  customer(sku?: string, quantity?: number): Promise<ShopCustomer>;
  close(): Promise<void>;
}

export interface ShopCustomer {
  subject: string;
  headers: Record<string, string>;
  cartId: string;
}

const bearerOf = async (subject: string, claims = {}) => ({
  authorization: `Bearer ${await customerToken(subject, claims)}`,
});

/** Call `close`. */
export async function createOperatedShop(): Promise<OperatedShop> {
  const temporal = await createTestTemporal();
  const config = readConfig({ ...ENVIRONMENT, RATE_LIMITS: 'off', LOG_LEVEL: 'silent' });
  const metrics = createMetrics();
  const place = { client: temporal.client, taskQueue: temporal.taskQueue };
  const carts = createCarts(config, metrics, place);
  const operatorGateway = createOperatorGateway(place);
  const bulkActions = createBulkActionGateway(place);
  const log = createLog(config);
  const checkouts = createCheckouts(config, metrics, temporal.sql, place);
  const reconcile = createReconcileGateway(place, config.IDLE_TICK);
  const recoverySignals = createRecoverySignals(place, metrics);
  const retention = createRetentionGateway(place, retentionOf(config));
  const gateways = { carts, checkouts, operatorGateway, bulkActions, reconcile, retention, recoverySignals };
  const { app, feed } = createApi({ config, ...gateways, sql: temporal.sql, log, metrics });
  const operator = await bearerOf('operator-1', { roles: ['operator'] });
  const fetch = async (path: string, init?: RequestInit) => await toAnswer(await app.request(path, init));
  let count = 0;
  const servers: Server[] = [];
  return {
    temporal,
    fetch,
    operatorToken: operator.authorization.replace('Bearer ', ''),
    async listen() {
      const server = createServer(app.fetch);
      servers.push(server);
      return `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}`;
    },
    operate: (method, path, body, headers = {}) =>
      fetch(path, send(method, body, { ...operator, ...headers })),
    async customer(sku = 'T-A', quantity = 1) {
      count += 1;
      const subject = `shopper-${count}-${Date.now()}`;
      const headers = await bearerOf(subject);
      const init = send('POST', { sku, quantity }, { ...headers, 'idempotency-key': 'first' });
      // A busy machine may take longer than a request may: the same key finds out.
      const { body } = await eventually(async () => {
        const answer = await fetch('/cart/items', init);
        if (answer.status !== 201) throw new Error(answer.text);
        return answer;
      });
      return { subject, headers, cartId: body.id ?? '' };
    },
    async close() {
      await Promise.all(servers.map((server) => stopServer(server, 1_000)));
      feed.close();
      await metrics.close();
      await temporal.close();
    },
  };
}
