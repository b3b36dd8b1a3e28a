/**
 * The connection pool to PostgreSQL, tuned so that a database that died and came back is used again within a fraction of a
 * second, and the test that tells "out of reach, try again" from "our mistake".
 */
import postgres from 'postgres';

export type Sql = postgres.Sql<{ bigint: number }>;

export interface ConnectOptions {
  /** Connections that this pool may hold; they open on demand. */
  max: number;
  /** Shown as application_name to whoever looks at the database. */
  name: string;
  /** Server-side limit of one statement; 0 means none (migrations, tools). */
  statementTimeoutMs?: number;
  /** Seconds without work after which a connection is closed. */
  idleTimeoutS?: number;
}

/** The driver as it comes answers, after a connection is lost, with rows of nothing or not at all: docs/decisions/0029. */
function checkDriver(): void {
  if ('outlivesLostConnections' in postgres) return;
  throw new Error(
    'The PostgreSQL driver lacks the patch in patches/. Install scripts are off, or the driver was installed anew: run `npx patch-package`.',
  );
}

/**
 * Opens no connection yet: the first query does, and fails with an error that `isUnavailable` knows when the server is away.
 * bigint columns arrive as numbers (all of ours are safe integers). Call `sql.end()` to close.
 */
export function connect(url: string, options: ConnectOptions): Sql {
  checkDriver();
  return postgres(url, {
    max: options.max,
    connect_timeout: 2,
    idle_timeout: options.idleTimeoutS ?? 60,
    max_lifetime: 30 * 60,
    keep_alive: 15,
    // fetch_types stays on: without it `sql.reserve()` on a connection that is not open yet never returns (3.4.9).
    // The default backs off up to 20 s, during which a healthy server would be reported as down.
    backoff: (retries) => Math.min(0.02 * 2 ** retries, 0.25),
    onnotice: () => undefined,
    connection: {
      application_name: options.name,
      statement_timeout: options.statementTimeoutMs ?? 2_000,
    },
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  });
}

/** Sockets and the driver. */
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
]);

/**
 * SQLSTATE: connection exceptions (08), not let in (28), too few resources (53), database dropped, closed or missing (57P04, 55000,
 * 3D000), shutting down or starting up (57P01–57P03), idle session ended (57P05), statement timeout (57014), lock timeout (55P03), deadlock and serialization (40), a standby that does not take writes (25006).
 * Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const UNAVAILABLE_STATE = /^(08|28|53|40)...$|^57P0[1-5]$|^57014$|^55P03$|^55000$|^3D000$|^25006$/;

/** True when the same statement may well succeed a moment later; false for a mistake of ours. */
export function isUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  const { code } = error;
  return typeof code === 'string' && (UNAVAILABLE.has(code) || UNAVAILABLE_STATE.test(code));
}
