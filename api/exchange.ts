/** What is known about one request while it is answered: the variables that middleware sets and routes read. */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { RateReading } from './rate/rate-fields.ts';
import type { ProblemPage } from './problem.ts';

export interface AppEnv {
  /** Node's request and response; absent where a test calls the app without a socket. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** `GET /cart/items/{lineId}`: the pattern, never the address. */
    route: string | undefined;
    /** Pseudonymous owner, once known. */
    ownerHash: string | undefined;
    corsHeaders: Record<string, string> | undefined;
    /** Cookie or `Cart-Token` that goes out with the answer, whatever the answer is. */
    credentialHeaders: Record<string, string> | undefined;
    /** The budgets that this request was counted against. */
    rateReadings: RateReading[] | undefined;
    /** Turns a problem into a page, for people who have followed a link. */
    problemPage: ProblemPage | undefined;
    /** The exception behind an `internal`, for the log. */
    failure: unknown;
    /** What lies behind any other problem, in a line for the log. */
    reason: string | undefined;
    /** The code of the problem that was answered. */
    code: string | undefined;
  };
}

export type Exchange = Context<AppEnv>;
