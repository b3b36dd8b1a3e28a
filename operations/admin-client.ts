/**
 * The admin API as cartctl uses it: one token, one key for each act that all its tries share, and answers that are either what was asked
 * for or a Failure that says what to do.
 */
import { randomUUID } from 'node:crypto';
import { EXIT, Failure } from './failure.ts';

export interface AdminClient {
  get<T>(path: string, query?: Record<string, string | undefined>): Promise<T>;
  /** Sent again under the same key where the outcome is not known: it happens once. */
  post<T>(path: string, body: object, key?: string): Promise<T>;
}

export interface AdminOptions {
  url: string;
  token: string | undefined;
  /** For tests. */
  fetch?: typeof fetch;
  pauseMs?: number;
}

interface Problem {
  code?: string;
  detail?: string;
  retryable?: boolean;
  retryAfterMs?: number;
}

const TRIES = 4;
const DEADLINE_MS = 15_000;

const NO_TOKEN =
  'There is no token. For the local stack: export CARTCTL_TOKEN=$(npm run --silent cartctl -- token)';

function failureOf(status: number, problem: Problem, url: string): Failure {
  const said = `${problem.detail ?? `The API answered ${status}.`}${problem.code ? ` (${problem.code})` : ''}`;
  if (problem.code === 'token_expired')
    return new Failure(`${said} Make a new one: cartctl token`, EXIT.notAllowed);
  if (status === 401 || status === 403) {
    const refused = status === 401 ? `The token is not accepted (${problem.code}).` : said;
    return new Failure(`${refused} Is CARTCTL_TOKEN an operator's token of ${url}?`, EXIT.notAllowed);
  }
  if (status === 404) return new Failure(said, EXIT.notFound);
  return new Failure(said, status >= 500 || status === 429 ? EXIT.unreachable : EXIT.failed);
}

export function createAdminClient(options: AdminOptions): AdminClient {
  const { url, token, pauseMs = 500 } = options;
  const request = options.fetch ?? fetch;

  async function once(path: string, init: RequestInit): Promise<Response> {
    if (token === undefined) throw new Failure(NO_TOKEN, EXIT.notAllowed);
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` };
    try {
      return await request(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(DEADLINE_MS) });
    } catch {
      throw new Failure(`Nobody answers at ${url}. Is the API running, or is --url wrong?`, EXIT.unreachable);
    }
  }

  /** Undefined: worth another try. */
  async function attempt<T>(
    path: string,
    init: RequestInit,
    isLast: boolean,
  ): Promise<{ value: T } | undefined> {
    let response: Response;
    try {
      response = await once(path, init);
    } catch (error) {
      if (isLast || !(error instanceof Failure) || error.exitCode !== EXIT.unreachable) throw error;
      return undefined;
    }
    const body = (await response.json().catch(() => ({}))) as T & Problem;
    if (response.ok) return { value: body };
    if (!isLast && body.retryable === true && response.status >= 429) return undefined;
    throw failureOf(response.status, body, url);
  }

  async function insist<T>(path: string, init: RequestInit): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      const answer = await attempt<T>(path, init, tried === TRIES);
      if (answer) return answer.value;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * tried));
    }
  }

  return {
    get(path, query = {}) {
      const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
      const text = new URLSearchParams(given).toString();
      return insist(text === '' ? path : `${path}?${text}`, {});
    },
    post(path, body, key = randomUUID()) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key };
      return insist(path, { method: 'POST', headers, body: JSON.stringify(body) });
    },
  };
}
