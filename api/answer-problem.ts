/** Every error ends here: known ones as they are, the framework's own as the nearest code, anything else as a fault of ours. */
import { HTTPException } from 'hono/http-exception';
import { isUnavailable } from '../database/client.ts';
import type { Exchange } from './exchange.ts';
import { Problem, problemReply } from './problem.ts';
import { respond } from './reply.ts';

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status < 500) {
    return new Problem('invalid_header', 'The request is malformed.', { cause: error });
  }
  if (isUnavailable(error)) {
    return new Problem('dependency_unavailable', 'A part of the system is out of reach.', { cause: error });
  }
  return new Problem('internal', 'Something went wrong on our side.', { cause: error });
}

/** The answer; what the caller must not see goes to the log. */
export function answerProblem(c: Exchange, problem: Problem): Response {
  c.set('code', problem.code);
  const cause = problem.members.cause;
  // A fault of ours with its stack; of an outage the cause in one line is enough, there will be many.
  if (problem.code === 'internal') c.set('failure', cause ?? problem);
  else if (cause !== undefined) c.set('reason', cause instanceof Error ? cause.message : 'unknown');
  const reply = problemReply(problem, c.get('requestId'));
  const page = c.get('problemPage');
  return respond(c, page ? page(problem, reply, c.req.header('accept-language')) : reply);
}
