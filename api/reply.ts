/**
 * What a route answers, before it is a Response: status, body and headers as plain values. One function turns it into a
 * Response with the headers that every answer carries, so that no route can forget one and no header is written twice.
 */
import type { Context } from 'hono';
import { IDEMPOTENT_REPLAYED } from '../contract/headers.ts';
import type { AppEnv } from './exchange.ts';
import { rateFields } from './rate/rate-fields.ts';

export interface Reply {
  status: number;
  /** Null: no body. Text is sent as it is; nothing is parsed or printed again. */
  body: string | Uint8Array | ReadableStream<Uint8Array> | null;
  /** Media type; `application/json` unless said otherwise. */
  type?: string;
  headers?: Record<string, string>;
}

/** A JSON answer. */
export const json = (status: number, value: unknown, headers?: Record<string, string>): Reply => ({
  status,
  body: JSON.stringify(value),
  ...(headers ? { headers } : {}),
});

/** The header that says so where nothing was applied now. */
export const replayed = (isReplay: boolean): Record<string, string> =>
  isReplay ? { [IDEMPOTENT_REPLAYED.toLowerCase()]: 'true' } : {};

/** Server-sent events are UTF-8 by definition. */
const WITH_CHARSET = /^(text\/(?!event-stream)|application\/(problem\+)?json$)/;

const contentType = (type: string): string =>
  WITH_CHARSET.test(type) && !type.includes('charset') ? `${type}; charset=utf-8` : type;

/** Sent with every answer. Pages of our own replace the content security policy. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'strict-transport-security': 'max-age=31536000',
};

/** The Response of this exchange. Later entries win: security, CORS, identity and rate headers first, the route's own last. */
export function respond(c: Context<AppEnv>, reply: Reply): Response {
  const headers: Record<string, string> = {
    ...SECURITY_HEADERS,
    'x-request-id': c.get('requestId'),
    ...c.get('corsHeaders'),
    ...c.get('credentialHeaders'),
    ...rateFields(c.get('rateReadings')),
    ...reply.headers,
  };
  if (reply.body !== null) headers['content-type'] = contentType(reply.type ?? 'application/json');
  return new Response(reply.body, { status: reply.status, headers });
}
