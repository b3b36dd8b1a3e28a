/**
 * How every route is made: its place in /openapi.json, and the checks that each request passes before the route's own code sees it, in
 * the one fixed order. Route and method come first by construction: nothing here runs for an unknown address.
 */
import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { ErrorCode } from '../contract/errors.ts';
import type { Feature } from '../contract/features.ts';
import { MAX_BODY_BYTES, MAX_WEBHOOK_BYTES } from '../contract/limits.ts';
import type { AccountContacts } from './account-contacts.ts';
import type { AppEnv, Exchange } from './exchange.ts';
import type { FeatureFlags } from './flags/feature-flags.ts';
import type { Caller, Identity } from './identity/caller.ts';
import { guardCsrf } from './middleware/csrf.ts';
import { isForm, requireJson } from './middleware/media-type.ts';
import { parseJson } from './middleware/parse-json.ts';
import { readBody } from './middleware/read-body.ts';
import { type AnswerSpec, type Documented, requestHeaders, responses } from './openapi.ts';
import { Problem, type ProblemPage } from './problem.ts';
import { refuseCardData } from './refuse-card-data.ts';
import type { RateLimits } from './rate/rate-limits.ts';
import { type Reply, respond } from './reply.ts';
import { validate } from './validate.ts';
import { readWriteHeaders, type WriteHeaders } from './headers/write-headers.ts';

/**
 * `open`: anybody, no cart meant. `read`: somebody's cart. `write`: changes it. `inspect` and `operate`: the same for operators, by their
 * token alone. `webhook`: a sender who signs the raw bytes; the route checks that itself, and nothing is parsed before.
 * `link`: whoever has the token in the address; no other credential is looked at, and no cookie.
 */
export type Access = 'open' | 'read' | 'write' | 'inspect' | 'operate' | 'webhook' | 'link';

const OPERATORS: readonly Access[] = ['inspect', 'operate'];

export interface RouteSpec<P, Q, B> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  access: Access;
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  body?: z.ZodType<B>;
  /** The body may be left out; then `body` is undefined. */
  isBodyOptional?: boolean;
  /** Forms are taken as well: the fields that a form has. None of them is needed, so nothing is checked; `bytes` holds them. */
  form?: z.ZodType;
  answers: Record<number, AnswerSpec>;
  /** Who accepts `text/html` is answered with pages: this one for problems. */
  problemPage?: ProblemPage;
  /** Codes of this route beyond those of its access. */
  errors?: readonly ErrorCode[];
  /** Not counted by the rate limits: probes. */
  isUnlimited?: boolean;
  /** Answers `feature_disabled` while this is switched off. */
  feature?: Feature;
  /** An Order-Token is looked at too (by the route itself). */
  takesOrderToken?: boolean;
  /** Takes nothing over from the caller's token: it is there to be forgotten. */
  isForgetting?: boolean;
  /** Not in /openapi.json. */
  isHidden?: boolean;
}

/** One admitted request. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  c: Exchange;
  requestId: string;
  caller: Caller;
  /** Undefined on routes that are no writes. */
  headers: WriteHeaders | undefined;
  params: P;
  query: Q;
  body: B;
  /** The body as it came; only on routes that take a signed one. */
  bytes: Uint8Array;
}

export interface Gate {
  identity: Identity;
  flags: FeatureFlags;
  allowedOrigins: readonly string[];
  limits: RateLimits;
  accountContacts: AccountContacts;
}

const NOBODY: Caller = { kind: 'guest', via: 'none', needsNewToken: false, hasCookie: false };

/** Repeated parameters arrive as a list, so that a schema for one value refuses them. */
function queryOf(c: Exchange): Record<string, unknown> {
  const { searchParams } = new URL(c.req.url);
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

async function authenticate(c: Exchange, access: Access, gate: Gate): Promise<Caller> {
  if (access === 'open' || access === 'webhook' || access === 'link') return NOBODY;
  const { identity } = gate;
  const identified = OPERATORS.includes(access) ? identity.identifyOperator(c) : identity.identify(c);
  const caller: Caller = await identified.catch(async (error: unknown) => {
    // What ends here never comes to the rate limits below.
    if (error instanceof Problem && error.status === 401) {
      await gate.limits.countRefusedCredential(c, error.code === 'token_invalid');
    }
    throw error;
  });
  c.set('ownerHash', caller.operator ?? caller.owner?.ownerHash);
  return caller;
}

/** Long enough that clients which ask again do not make a load of it. */
const LOOK_AGAIN_MS = 60_000;

async function requireFeature(flags: FeatureFlags, feature: Feature): Promise<void> {
  if (await flags.isOn(feature)) return;
  const members = { retryAfterMs: LOOK_AGAIN_MS };
  throw new Problem('feature_disabled', 'This is switched off at the moment.', members);
}

/** A preference that cannot be met is ignored (RFC 7240): the write is answered in the ordinary way. */
async function writeHeaders(c: Exchange, flags: FeatureFlags): Promise<WriteHeaders> {
  const headers = readWriteHeaders(c);
  return headers.isAsync && !(await flags.isOn('respondAsync')) ? { ...headers, isAsync: false } : headers;
}

const EMPTY = new Uint8Array(0);

type Demanded = Pick<RouteSpec<unknown, unknown, unknown>, 'method' | 'access'>;

const isChange = ({ access, method }: Demanded): boolean =>
  access === 'write' || access === 'operate' || (access === 'link' && method !== 'get');

async function readBytes(c: Exchange, spec: Demanded): Promise<Uint8Array> {
  if (spec.access === 'webhook') return await readBody(c, MAX_WEBHOOK_BYTES);
  return isChange(spec) ? await readBody(c, MAX_BODY_BYTES) : EMPTY;
}

/** Whether there is a JSON body to be read. Throws `unsupported_media_type`. */
function checkMediaType<P, Q, B>(c: Exchange, spec: RouteSpec<P, Q, B>, bytes: Uint8Array): boolean {
  const { body, form, isBodyOptional } = spec;
  if (!isChange(spec) || !(body ?? form)) return false;
  const isLeftOut = bytes.length === 0 && (isBodyOptional || !body);
  if (isLeftOut || (form && isForm(c.req.header('content-type')))) return false;
  requireJson(c.req.header('content-type'), c.req.header('content-encoding'));
  return body !== undefined;
}

/** Genuine webhooks come as often as there are payments; a route that takes them counts those that are not. */
const isCounted = ({ isUnlimited, access }: Pick<Documented, 'isUnlimited' | 'access'>): boolean =>
  !isUnlimited && access !== 'webhook';

/** The order of checks. http-api.md promises it; tests/api/order-of-checks.test.ts holds it. */
async function admit<P, Q, B>(c: Exchange, spec: RouteSpec<P, Q, B>, gate: Gate): Promise<Call<P, Q, B>> {
  const isWrite = isChange(spec);
  // size
  const bytes = await readBytes(c, spec);
  // media type
  const hasBody = checkMediaType(c, spec, bytes);
  // authentication
  const caller = await authenticate(c, spec.access, gate);
  // CSRF; operators' routes look at no cookie, so nobody can be made to use them
  if (spec.access === 'write') guardCsrf(c, caller, gate.allowedOrigins);
  // rate
  if (isCounted(spec)) await gate.limits.admit(c, isWrite ? 'write' : 'read', caller);
  // feature
  if (spec.feature !== undefined) await requireFeature(gate.flags, spec.feature);
  // headers
  const headers = isWrite && spec.access !== 'link' ? await writeHeaders(c, gate.flags) : undefined;
  // schema
  const params = (spec.params ? validate(spec.params, c.req.param()) : {}) as P;
  const query = (spec.query ? validate(spec.query, queryOf(c)) : {}) as Q;
  const body = (hasBody && spec.body ? validate(spec.body, parseJson(bytes)) : undefined) as B;
  refuseCardData(body);
  if (spec.access === 'write' && !spec.isForgetting) gate.accountContacts.hear(caller, c.get('requestId'));
  return { c, requestId: c.get('requestId'), caller, headers, params, query, body, bytes };
}

interface Secured {
  access: Access;
  takesOrderToken?: boolean;
}

function securityOf({ access, takesOrderToken }: Secured): { security?: Record<string, string[]>[] } {
  if (access === 'open' || access === 'link') return {};
  if (OPERATORS.includes(access)) return { security: [{ operatorToken: [] }] };
  if (access === 'webhook') return { security: [{ webhookSignature: [] }, { stripeSignature: [] }] };
  const orderToken = takesOrderToken ? [{ orderToken: [] }] : [];
  return { security: [{}, { customerToken: [] }, { guestCookie: [] }, { cartToken: [] }, ...orderToken] };
}

const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data'];

function documentBody<P, Q, B>({ body, form, isBodyOptional }: RouteSpec<P, Q, B>) {
  if (!body && !form) return {};
  const json = body ? { 'application/json': { schema: body as z.ZodType } } : {};
  const forms = form ? Object.fromEntries(FORM_TYPES.map((type) => [type, { schema: form }])) : {};
  const required = body !== undefined && !isBodyOptional;
  return { body: { required, content: { ...json, ...forms } } };
}

function document<P, Q, B>(spec: RouteSpec<P, Q, B>) {
  const { method, path, operationId, tag, summary, description } = spec;
  const headers = requestHeaders(spec.access);
  return createRoute({
    method,
    path,
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...securityOf(spec),
    request: {
      ...(spec.params ? { params: spec.params as unknown as z.ZodObject } : {}),
      ...(spec.query ? { query: spec.query as unknown as z.ZodObject } : {}),
      ...(headers ? { headers } : {}),
      ...documentBody(spec),
    },
    responses: responses(spec.answers, spec),
  });
}

/** What `405` needs to know about the routes. */
export interface KnownRoute {
  method: string;
  pattern: RegExp;
}

export interface Router {
  app: OpenAPIHono<AppEnv>;
  gate: Gate;
  known: KnownRoute[];
}

/** Browsers say so; programs do not. */
export const wantsPage = (c: Exchange): boolean => c.req.header('accept')?.includes('text/html') ?? false;

/** Adds the route to the app and to its documentation. */
export function defineRoute<P = unknown, Q = unknown, B = undefined>(
  router: Router,
  spec: RouteSpec<P, Q, B>,
  handle: (call: Call<P, Q, B>) => Promise<Reply> | Reply,
): void {
  const { app, gate, known } = router;
  const method = spec.method.toUpperCase();
  const name = `${method} ${spec.path}`;
  if (!spec.isHidden) app.openAPIRegistry.registerPath(document(spec));
  known.push({
    method,
    pattern: new RegExp(`^${spec.path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  });
  app.on(method, spec.path.replace(/\{([^}]+)\}/g, ':$1'), async (c) => {
    c.set('route', name);
    if (spec.problemPage && wantsPage(c)) c.set('problemPage', spec.problemPage);
    return respond(c, await handle(await admit(c, spec, gate)));
  });
}
