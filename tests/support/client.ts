/**
 * A shopper with an HTTP client: keeps the cookie, the `Cart-Token` or the customer's JWT as a browser or an app would, and may talk to
 * any of the API processes. Nothing is retried and nothing is judged here.
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { CartView } from '../../contract/cart-view.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Attributes } from '../../contract/operations.ts';
import type { Options } from '../../contract/product-facts.ts';
import type { StackInfo } from '../../scripts/local/start-stack.ts';

const PATIENCE_MS = 15_000;

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ErrorCode;
  retryable: boolean;
  retryAfterMs?: number;
  currentVersion?: number;
  available?: number;
  cart?: CartView;
  errors?: { path: string; code: string; message: string }[];
}

/** An HTTP answer, read to its end. */
export class Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;

  constructor(status: number, headers: Headers, text: string) {
    this.status = status;
    this.headers = headers;
    this.text = text;
  }

  json<T>(): T {
    return JSON.parse(this.text) as T;
  }

  /** The cart in the answer; a batch wraps it. */
  get cart(): CartView {
    const body = this.json<CartView | { cart: CartView }>();
    return 'cart' in body ? body.cart : body;
  }

  get problem(): ProblemBody {
    return this.json<ProblemBody>();
  }

  get isReplay(): boolean {
    return this.headers.get('idempotent-replayed') === 'true';
  }

  get etag(): string {
    return this.headers.get('etag') ?? '';
  }
}

export interface RequestSpec {
  method: string;
  path: string;
  /** Sent as JSON; a text goes as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface WriteMore {
  key?: string;
  ifMatch?: string;
  headers?: Record<string, string>;
}

export interface AddMore extends WriteMore {
  options?: Options;
  attributes?: Attributes;
  separateLine?: boolean;
}

/** How a shopper shows who it is; filled in by the first answer that hands a credential out. */
interface Credential {
  kind: 'cookie' | 'token' | 'jwt';
  value: string | undefined;
}

function credentialHeaders({ kind, value }: Credential): Record<string, string> {
  if (value === undefined) return {};
  if (kind === 'jwt') return { authorization: `Bearer ${value}` };
  return kind === 'cookie' ? { cookie: value } : { 'cart-token': value };
}

function learn(credential: Credential, headers: Headers): void {
  if (credential.kind === 'cookie') {
    const [cookie] = headers.getSetCookie();
    if (cookie !== undefined) credential.value = cookie.split(';')[0];
  } else if (credential.kind === 'token') {
    credential.value = headers.get('cart-token') ?? credential.value;
  }
}

const writeHeaders = ({ key, ifMatch, headers }: WriteMore): Record<string, string> => ({
  ...(key === undefined ? {} : { 'idempotency-key': key }),
  ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
  ...headers,
});

export class Shopper {
  readonly #apis: readonly string[];
  readonly #credential: Credential;
  readonly #index: number;
  readonly #extra: Record<string, string>;

  constructor(
    apis: readonly string[],
    credential: Credential,
    index = 0,
    extra: Record<string, string> = {},
  ) {
    this.#extra = extra;
    this.#apis = apis;
    this.#credential = credential;
    this.#index = index;
  }

  /** The same shopper in front of another API process. */
  at(index: number): Shopper {
    return new Shopper(this.#apis, this.#credential, index % this.#apis.length, this.#extra);
  }

  /** The same shopper with a second credential: a customer who brings a guest's token along. */
  bringing(guest: Shopper): Shopper {
    return new Shopper(this.#apis, this.#credential, this.#index, guest.credentials);
  }

  get origin(): string {
    return this.#apis[this.#index] as string;
  }

  /** Headers that show who is calling. */
  get credentials(): Record<string, string> {
    return { ...credentialHeaders(this.#credential), ...this.#extra };
  }

  async send({ method, path, body, headers }: RequestSpec): Promise<Answer> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: {
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.credentials,
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    learn(this.#credential, response.headers);
    return new Answer(response.status, response.headers, await response.text());
  }

  get(query = '', headers: Record<string, string> = {}): Promise<Answer> {
    return this.send({ method: 'GET', path: `/cart${query}`, headers });
  }

  add(sku: string, quantity = 1, { options, attributes, separateLine, ...more }: AddMore = {}) {
    const body = { sku, quantity, options, attributes, separateLine };
    return this.send({ method: 'POST', path: '/cart/items', body, headers: writeHeaders(more) });
  }

  update(lineId: string, body: { quantity?: number; options?: Options }, more: WriteMore = {}) {
    const path = `/cart/items/${lineId}`;
    return this.send({ method: 'PATCH', path, body, headers: writeHeaders(more) });
  }

  remove(lineId: string, more: WriteMore = {}) {
    return this.send({ method: 'DELETE', path: `/cart/items/${lineId}`, headers: writeHeaders(more) });
  }

  clear(more: WriteMore = {}) {
    return this.send({ method: 'DELETE', path: '/cart', headers: writeHeaders(more) });
  }

  batch(operations: object[], atomic = true, more: WriteMore = {}) {
    const body = { atomic, operations };
    return this.send({ method: 'POST', path: '/cart/batch', body, headers: writeHeaders(more) });
  }
}

export const cookieGuest = (apis: readonly string[]): Shopper =>
  new Shopper(apis, { kind: 'cookie', value: undefined });

/** A native app: `Cart-Token` instead of a cookie. `token`: one that it has from before. */
export const guest = (apis: readonly string[], token?: string): Shopper =>
  new Shopper(apis, { kind: 'token', value: token });

export const bearerOf = (apis: readonly string[], jwt: string): Shopper =>
  new Shopper(apis, { kind: 'jwt', value: jwt });

export interface TokenMore {
  issuer?: string;
  audience?: string;
  /** Epoch seconds, or a span from now. */
  expires?: number | string;
  secret?: string;
  claims?: Record<string, unknown>;
}

/** A customer's HS256 token as the shop signs it, unless told otherwise. */
export function signToken(jwt: StackInfo['jwt'], subject: string, more: TokenMore = {}): Promise<string> {
  return new SignJWT(more.claims ?? {})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setIssuer(more.issuer ?? jwt.issuer)
    .setAudience(more.audience ?? jwt.audience)
    .setIssuedAt()
    .setExpirationTime(more.expires ?? '2h')
    .sign(new TextEncoder().encode(more.secret ?? jwt.secret));
}

/** A customer whom nobody has seen before, unless a subject is given. */
export const customer = async (info: StackInfo, subject: string = randomUUID()): Promise<Shopper> =>
  bearerOf(info.api, await signToken(info.jwt, subject));

/** `l1: 2 × T-A`: the lines of a cart for comparisons. */
export const linesOf = (cart: CartView): string[] =>
  cart.lines.map((line) => `${line.id}: ${line.quantity} × ${line.sku}`);
