/** The parts of /openapi.json that all routes share: headers, the problem answers grouped by status, security schemes, the title page. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { GUEST_COOKIE, ORDER_TOKEN } from '../contract/headers.ts';
import { ERRORS, type ErrorCode } from '../contract/errors.ts';
import { problemSchema } from './answer-schemas.ts';
import type { AppEnv } from './exchange.ts';

export interface AnswerSpec {
  description: string;
  schema?: z.ZodType;
  /** Media type; `application/json` unless said otherwise. */
  type?: string;
  /** A page where the caller accepts `text/html`. */
  hasPage?: boolean;
  /** Answer headers with one line of prose each. */
  headers?: Record<string, string>;
}

const ANY: ErrorCode[] = ['internal', 'rate_limited'];
const UNLIMITED: ErrorCode[] = ['internal'];
const READ: ErrorCode[] = [
  ...ANY,
  'invalid_header',
  'token_expired',
  'token_invalid',
  'dependency_unavailable',
];
const INSPECT: ErrorCode[] = [...READ, 'unauthenticated', 'forbidden'];
const OPERATE: ErrorCode[] = [
  ...INSPECT,
  'idempotency_key_invalid',
  'payload_too_large',
  'idempotency_key_reused',
  'overloaded',
  'deadline_exceeded',
];
const WRITE: ErrorCode[] = [
  ...READ,
  'idempotency_key_invalid',
  'payload_too_large',
  'csrf_rejected',
  'idempotency_key_reused',
  'version_conflict',
  'cart_closed',
  'checkout_in_progress',
  'merge_in_progress',
  'cart_busy',
  'overloaded',
  'deadline_exceeded',
];
const WEBHOOK: ErrorCode[] = [
  ...ANY,
  'payload_too_large',
  'webhook_signature_invalid',
  'dependency_unavailable',
];
const LINK: ErrorCode[] = [...ANY, 'link_invalid', 'link_expired', 'erased', 'dependency_unavailable'];
const BODY: ErrorCode[] = [
  'invalid_json',
  'request_timeout',
  'unsupported_media_type',
  'validation_failed',
  'card_data_rejected',
];

/** What the routes' documentation depends on, beyond the route's own answers. */
export interface Documented {
  access: 'open' | 'read' | 'write' | 'inspect' | 'operate' | 'webhook' | 'link';
  params?: unknown;
  query?: unknown;
  body?: unknown;
  errors?: readonly ErrorCode[];
  isUnlimited?: boolean;
  feature?: unknown;
}

const COMMON = {
  open: ANY,
  read: READ,
  write: WRITE,
  inspect: INSPECT,
  operate: OPERATE,
  webhook: WEBHOOK,
  link: LINK,
};

/** Every code that the route may answer. */
function errorCodes(spec: Documented): ErrorCode[] {
  const common = spec.isUnlimited ? UNLIMITED : COMMON[spec.access];
  // A faulty body of a webhook is a fault like any other: one answer for all.
  if (spec.access === 'webhook') return [...new Set([...common, ...(spec.errors ?? [])])];
  const input: ErrorCode[] = spec.body ? BODY : spec.params || spec.query ? ['validation_failed'] : [];
  const switchable: ErrorCode[] = spec.feature === undefined ? [] : ['feature_disabled'];
  return [...new Set([...common, ...input, ...switchable, ...(spec.errors ?? [])])];
}

const headerDocs = (headers: Record<string, string> | undefined) =>
  Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' as const } },
    ]),
  );

const REQUEST_ID_DOC = { 'X-Request-Id': 'The id of this request, as in the log.' };
const RATE_DOC = {
  'RateLimit-Policy': 'The budgets that the request was counted against (absent with RATE_LIMITS=off).',
  RateLimit: 'What is left of each, and the seconds until it is whole again.',
};

function problems(codes: readonly ErrorCode[], isUnlimited: boolean) {
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))].sort((a, b) => a - b);
  return statuses.map((status) => {
    const here = codes.filter((code) => ERRORS[code].status === status);
    const headers: Record<string, string> = { ...REQUEST_ID_DOC };
    if (!isUnlimited) Object.assign(headers, RATE_DOC);
    if (status === 429 || status === 503 || status === 504) headers['Retry-After'] = 'Seconds to wait.';
    if (status === 401) headers['WWW-Authenticate'] = 'How to authenticate.';
    const description = here.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' ');
    const content = { 'application/problem+json': { schema: problemSchema } };
    return [status, { description, headers: headerDocs(headers), content }] as const;
  });
}

/** The answers of a route: its own, and one for each status among its error codes. */
export function responses(answers: Record<number, AnswerSpec>, spec: Documented) {
  const own = Object.entries(answers).map(([status, answer]) => {
    const rate = spec.isUnlimited ? {} : RATE_DOC;
    const headers = headerDocs({ ...REQUEST_ID_DOC, ...rate, ...answer.headers });
    const type = answer.type ?? 'application/json';
    const page = answer.hasPage ? { 'text/html': { schema: z.string() } } : {};
    const json = answer.schema ? { [type]: { schema: answer.schema } } : {};
    const content = answer.schema || answer.hasPage ? { content: { ...json, ...page } } : {};
    return [status, { description: answer.description, headers, ...content }] as const;
  });
  return Object.fromEntries([...own, ...problems(errorCodes(spec), spec.isUnlimited === true)]);
}

const WRITE_HEADERS = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^([!#-~]([ -~]{0,253}[!-~])?|"([ !#-[\]-~]|\\["\\]){1,255}")$/)
    .optional()
    .openapi({
      description:
        'Names this request; sent again, it is answered and not applied again. 1–255 printable characters, quoted or not.',
    }),
  // No pattern: a list of entity tags is a syntax of its own (RFC 9110), and tools know the header by its name.
  'If-Match': z
    .string()
    .optional()
    .openapi({
      param: { description: 'Only if the cart still has this version: its ETag, quotes included.' },
    }),
  // A preference that the server does not know is ignored (RFC 7240), so any text will do.
  Prefer: z
    .string()
    .optional()
    .openapi({
      examples: ['respond-async'],
      description: '`respond-async`: answer 202 as soon as the change is safely on its way.',
    }),
});

/** Request headers in the documentation; the code that reads them is in headers/. */
export function requestHeaders(access: Documented['access']) {
  if (access === 'operate') return WRITE_HEADERS.pick({ 'Idempotency-Key': true });
  return access === 'write' ? WRITE_HEADERS : undefined;
}

const INFO = {
  title: 'Cartwright',
  version: '0.1.0',
  description:
    'A shopping cart that never loses, doubles or mixes up anything. Money is in integer minor units of the cart’s currency. ' +
    'Every error is `application/problem+json`; switch on `code`.',
  license: { name: 'MIT', identifier: 'MIT' },
};

/** The whole contract as OpenAPI 3.1. */
export function openApiDocument(app: OpenAPIHono<AppEnv>) {
  return app.getOpenAPI31Document({ openapi: '3.1.0', info: INFO, servers: [{ url: '/' }] });
}

/** Once per app, before the document is made. */
export function registerSecuritySchemes(app: OpenAPIHono<AppEnv>): void {
  const register = (name: string, scheme: Parameters<typeof app.openAPIRegistry.registerComponent>[2]) =>
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  register('customerToken', { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' });
  register('operatorToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token whose claim `roles` holds `operator`.',
  });
  register('guestCookie', { type: 'apiKey', in: 'cookie', name: GUEST_COOKIE });
  register('webhookSignature', { type: 'apiKey', in: 'header', name: 'webhook-signature' });
  register('stripeSignature', { type: 'apiKey', in: 'header', name: 'stripe-signature' });
  register('cartToken', { type: 'apiKey', in: 'header', name: 'Cart-Token' });
  register('orderToken', { type: 'apiKey', in: 'header', name: ORDER_TOKEN });
}
