/**
 * The one error class of the API: a code of the catalogue and what belongs to it. Whatever goes wrong becomes a Problem, and
 * every Problem becomes an RFC 9457 answer here. `type` is `/errors/<code>`, which this API serves.
 * Source: https://www.rfc-editor.org/rfc/rfc9457
 */
import type { CartView } from '../contract/cart-view.ts';
import { ERRORS, type ErrorCode, type ErrorRow } from '../contract/errors.ts';
import type { Refusal, Shortage } from '../contract/operations.ts';
import type { OrderTotals } from '../contract/orders.ts';
import type { Reply } from './reply.ts';

export interface ProblemMembers {
  /** Milliseconds until another try makes sense. Defaults per status where one is due. */
  retryAfterMs?: number;
  currentVersion?: number;
  /** The fresh view, with `version_conflict`. */
  cart?: CartView;
  /** Units that could be had. */
  available?: number;
  /** Every SKU that lacks units, at a checkout. */
  shortages?: Shortage[];
  /** What is to be paid now, at a checkout that was asked for another sum. */
  totals?: OrderTotals;
  /** With `cart_closed`: the order that the cart came to. */
  orderId?: string;
  errors?: { path: string; code: string; message: string }[];
  /** With `cart_closed`: sign in, and use the customer's cart. */
  successor?: 'customer';
  /** Names of the budgets that are spent, with `rate_limited`. */
  violatedPolicies?: readonly string[];
  /** Methods that the address takes, with `method_not_allowed`. */
  allow?: readonly string[];
  /** What went wrong inside, for the log only; never sent. */
  cause?: unknown;
}

export class Problem extends Error {
  readonly code: ErrorCode;
  readonly members: ProblemMembers;

  /** `detail` is fit to be shown to a shopper; without it the catalogue's title stands in. */
  constructor(code: ErrorCode, detail?: string, members: ProblemMembers = {}) {
    super(detail ?? ERRORS[code].title, members.cause === undefined ? undefined : { cause: members.cause });
    this.name = 'Problem';
    this.code = code;
    this.members = members;
  }

  get status(): ErrorRow['status'] {
    return ERRORS[this.code].status;
  }

  /** The rule's refusal as an answer. */
  static fromRefusal(refusal: Refusal): Problem {
    const { code, detail, ...members } = refusal;
    return new Problem(code, detail, members);
  }
}

const DEFAULT_RETRY_AFTER_MS: Partial<Record<number, number>> = { 429: 1_000, 503: 2_000, 504: 1_000 };

const CHALLENGES: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'Bearer realm="cart"',
  token_expired: 'Bearer realm="cart", error="invalid_token", error_description="expired"',
  token_invalid: 'Bearer realm="cart", error="invalid_token"',
  webhook_signature_invalid: 'Signature realm="webhooks"',
};

/** The members of the answer, in the order in which people read them. */
function problemBody(problem: Problem, requestId: string): Record<string, unknown> {
  const { status, title, retry }: ErrorRow = ERRORS[problem.code];
  const { allow: _allow, cause: _cause, retryAfterMs, ...members } = problem.members;
  const wait = retryAfterMs ?? DEFAULT_RETRY_AFTER_MS[status];
  return {
    type: `/errors/${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance: requestId,
    code: problem.code,
    retryable: retry === 'same_key',
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...members,
  };
}

/** The problem as an answer. `retryable` is true where the same request may be sent again with the same key. */
export function problemReply(problem: Problem, requestId: string) {
  const body = problemBody(problem, requestId);
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  const wait = body.retryAfterMs;
  if (typeof wait === 'number') headers['retry-after'] = String(Math.max(1, Math.ceil(wait / 1_000)));
  if (problem.members.allow) headers.allow = problem.members.allow.join(', ');
  const challenge = CHALLENGES[problem.code];
  if (challenge !== undefined) headers['www-authenticate'] = challenge;
  return {
    status: problem.status,
    type: 'application/problem+json',
    body: JSON.stringify(body),
    headers,
  } satisfies Reply;
}

/** The same answer for people who read it: `reply` is what programs would get. */
export type ProblemPage = (
  problem: Problem,
  reply: ReturnType<typeof problemReply>,
  acceptLanguage: string | undefined,
) => Reply;
