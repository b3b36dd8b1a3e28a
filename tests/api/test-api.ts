/**
 * The API under test: the real app on a real PostgreSQL with the test catalogue; the gateway is the in-memory one that runs the real rules
 * and publishes through the real activity. Requests go through `app.request`, or over a socket where bytes matter.
 */
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { expect } from 'vitest';
import { createCheckouts } from '../../api/checkouts.ts';
import { createApi, type Dependencies } from '../../api/create-app.ts';
import { createServer, listen, stopServer } from '../../api/create-server.ts';
import { createBulkActionGateway } from '../../api/bulk-action-gateway.ts';
import { createReconcileGateway } from '../../api/reconcile-gateway.ts';
import type { RecoverySignals } from '../../api/recovery-signals.ts';
import { createRetentionGateway } from '../../api/retention-gateway.ts';
import { createOperatorGateway } from '../../api/operator-gateway.ts';
import { createTemporalClient } from '../../api/temporal-client.ts';
import { createMetrics } from '../../api/metrics.ts';
import { publishCart } from '../../activities/publish-cart.ts';
import { type Config, readConfig } from '../../config.ts';
import { retentionOf } from '../../config-policies.ts';
import type { CartView } from '../../contract/cart-view.ts';
import { type CartsInMemory, createCartsInMemory } from '../support/carts-in-memory.ts';
import { WEBHOOK_SECRET } from '../support/payments.ts';
import { createTestDatabase } from '../support/database.ts';

export const JWT_SECRET = 'a-secret-of-at-least-thirty-two-characters';
export const ORIGIN = 'https://shop.example';
const KEY = `k1:${Buffer.alloc(32, 1).toString('base64url')}`;

export const ENVIRONMENT: Record<string, string> = {
  GUEST_TOKEN_KEYS: KEY,
  LINK_TOKEN_KEYS: KEY,
  OWNER_HASH_KEY: Buffer.alloc(32, 2).toString('base64url'),
  JWT_SECRET,
  ALLOWED_ORIGINS: ORIGIN,
  RATE_LIMITS: 'off',
  WEBHOOK_SECRET,
};

/** Nobody listens there. */
const NO_TEMPORAL = { client: createTemporalClient('127.0.0.1:1'), taskQueue: 'none' };

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: AnswerBody;
}

/** What an answer may hold; which part of it is there is for each test to know. */
export interface AnswerBody extends CartView {
  type: string;
  code: string;
  instance: string;
  retryable: boolean;
  available: number;
  currentVersion: number;
  errors: { path: string; code: string; message: string }[];
  cart: CartView;
  outcomes: { index: number; ok: boolean; code?: string; lineId?: string }[];
  key: string;
  parts: Record<string, boolean>;
  products: { productId: string }[];
  variants: { sku: string }[];
  nextCursor: string | null;
}

export interface TestApi {
  fetch: (path: string, init?: RequestInit) => Promise<Answer>;
  api: ReturnType<typeof createApi>;
  carts: CartsInMemory;
  /** What carts were told about their shopper, oldest first. */
  signals: Told[];
  sql: Dependencies['sql'];
  config: Config;
  logLines: () => Record<string, unknown>[];
  metrics: ReturnType<typeof createMetrics>;
  /** Epoch ms that the API believes in. */
  clock: { now: number };
  close: () => Promise<void>;
}

export interface TestApiOptions {
  environment?: Record<string, string>;
  dependencies?: Partial<Dependencies>;
}

export async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const body = (isJson && text !== '' ? JSON.parse(text) : undefined) as AnswerBody;
  return { status: response.status, headers: response.headers, text, body };
}

export interface Told {
  name: keyof RecoverySignals;
  workflowId: string;
  what?: unknown;
}

const rememberSignals = (signals: Told[]): RecoverySignals => {
  const remember =
    (name: Told['name']) =>
    (workflowId: string, what?: unknown): Promise<boolean> =>
      Promise.resolve(signals.push({ name, workflowId, ...(what === undefined ? {} : { what }) }) > 0);
  return {
    contactGiven: remember('contactGiven'),
    recovered: remember('recovered'),
    stopRecovery: remember('stopRecovery'),
  };
};

/** One API with a database of its own. Call `close`. */
export async function createTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const database = await createTestDatabase({ catalogue: 'test' });
  const { sql } = database;
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const config = readConfig({ ...ENVIRONMENT, ...options.environment });
  const clock = { now: Date.now() };
  const metrics = createMetrics();
  const signals: Told[] = [];
  const carts = createCartsInMemory({
    policy: {
      rememberedKeysMax: config.REMEMBERED_KEYS_MAX,
      rememberedKeysAgeMs: config.REMEMBERED_KEYS_AGE,
    },
    now: () => clock.now,
    publish: (publication) => publishCart(sql, publication),
  });
  const api = createApi({
    config,
    carts,
    checkouts: createCheckouts(config, metrics, sql, NO_TEMPORAL),
    // Nobody listens there: what needs a living workflow is in operator-carts.test.ts and bulk-actions.test.ts.
    operatorGateway: createOperatorGateway(NO_TEMPORAL),
    bulkActions: createBulkActionGateway(NO_TEMPORAL),
    reconcile: createReconcileGateway(NO_TEMPORAL, config.IDLE_TICK),
    recoverySignals: rememberSignals(signals),
    retention: createRetentionGateway(NO_TEMPORAL, retentionOf(config)),
    sql,
    log: pino({ level: 'debug' }, sink),
    metrics,
    now: () => clock.now,
    ...options.dependencies,
  });
  return {
    api,
    carts,
    signals,
    sql,
    config,
    metrics,
    clock,
    fetch: async (path, init) => await toAnswer(await api.app.request(path, init)),
    logLines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    async close() {
      api.feed.close();
      await api.flags.close();
      await api.payments.close();
      await metrics.close();
      await database.drop();
    },
  };
}

/** The API on a port of its own. */
export async function serveTestApi(test: TestApi, options?: Parameters<typeof createServer>[1]) {
  const server = createServer(test.api.app.fetch, options);
  await listen(server, '127.0.0.1', 0);
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}`, close: () => stopServer(server, 1_000) };
}

export const send = (method: string, body?: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
});

export interface TokenWish {
  subject: string;
  issuer?: string;
  audience?: string;
  /** Epoch seconds, or a span from now. */
  expires?: string | number;
  claims?: Record<string, unknown>;
}

/** A token as the shop would sign it, with wishes fulfilled. */
export const signedToken = (wish: TokenWish): Promise<string> =>
  new SignJWT(wish.claims ?? {})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(wish.subject)
    .setIssuer(wish.issuer ?? 'cartwright')
    .setAudience(wish.audience ?? 'cartwright')
    .setExpirationTime(wish.expires ?? '1h')
    .sign(new TextEncoder().encode(JWT_SECRET));

/** A customer's token as the shop would sign it. */
export const customerToken = (
  subject: string,
  claims: Record<string, unknown> = {},
  expires: string | number = '1h',
): Promise<string> => signedToken({ subject, claims, expires });

export const bearer = async (subject: string): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await customerToken(subject)}`,
});

/** The guest's token out of an answer that handed one out. */
export function guestToken(answer: Answer): string {
  const token = answer.headers.get('cart-token');
  if (token === null) throw new Error(`no Cart-Token in the answer: ${answer.status} ${answer.text}`);
  return token;
}

/** A new guest with one line; what `Cart-Token` to send from now on. */
export async function newGuest(test: TestApi, sku = 'T-A', quantity = 1): Promise<Record<string, string>> {
  const answer = await test.fetch('/cart/items', send('POST', { sku, quantity }));
  return { 'cart-token': guestToken(answer) };
}

/** The answer is a problem of this code, and looks like one. */
export const expectProblem = (
  answer: Omit<Answer, 'body'> & { body: { code: string } },
  status: number,
  code: string,
) => {
  expect({ status: answer.status, code: answer.body?.code }, answer.text).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
};
