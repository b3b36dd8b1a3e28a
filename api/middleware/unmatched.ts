/** Where no route answers: 404 for unknown addresses, 405 with `Allow` for known ones, and what OPTIONS asks about either. */
import type { KnownRoute } from '../define-route.ts';
import type { Exchange } from '../exchange.ts';
import { answerProblem } from '../answer-problem.ts';
import { Problem } from '../problem.ts';
import { respond } from '../reply.ts';
import { isPreflight, preflightHeaders } from './cors.ts';

/** Methods of the address, HEAD and OPTIONS included; empty for an unknown one. */
function methodsOf(path: string, known: readonly KnownRoute[]): string[] {
  const methods = known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (methods.length === 0) return [];
  const implied = methods.includes('GET') ? ['HEAD', 'OPTIONS'] : ['OPTIONS'];
  return [...new Set([...methods, ...implied])];
}

export function answerUnmatched(c: Exchange, known: readonly KnownRoute[]): Response {
  const methods = methodsOf(c.req.path, known);
  if (methods.length === 0) {
    return answerProblem(c, new Problem('route_not_found', 'There is nothing at this address.'));
  }
  if (c.req.method !== 'OPTIONS') {
    const detail = `This address takes ${methods.join(', ')}.`;
    return answerProblem(c, new Problem('method_not_allowed', detail, { allow: methods }));
  }
  const isAllowed = c.get('corsHeaders')?.['access-control-allow-origin'] !== undefined;
  const cors = isPreflight(c) && isAllowed ? preflightHeaders(methods) : {};
  return respond(c, { status: 204, body: null, headers: { allow: methods.join(', '), ...cors } });
}
