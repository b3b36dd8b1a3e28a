/** How far the read model is behind its carts: the time from a change to its row, over what has changed lately. */
import type { Sql } from './client.ts';

export interface PublishLag {
  /** Carts that changed in the window, at most a thousand of them. */
  carts: number;
  /** Milliseconds; null without any. Clocks of workers and database both count, so a few milliseconds mean nothing. */
  p50Ms: number | null;
  p95Ms: number | null;
  maxMs: number | null;
}

/** Over the last `windowMs`. */
export async function readPublishLag(sql: Sql, windowMs: number): Promise<PublishLag> {
  const [row] = await sql<PublishLag[]>`
    SELECT count(*)::integer AS carts,
      round(percentile_cont(0.5) WITHIN GROUP (ORDER BY lag))::integer AS "p50Ms",
      round(percentile_cont(0.95) WITHIN GROUP (ORDER BY lag))::integer AS "p95Ms",
      round(max(lag))::integer AS "maxMs"
    FROM (
      SELECT greatest(0, extract(epoch FROM published_at - updated_at) * 1000)::double precision AS lag
      FROM carts WHERE status = 'active' AND updated_at > now() - make_interval(secs => ${windowMs / 1_000})
      ORDER BY updated_at DESC LIMIT 1000
    ) AS recent`;
  return row as PublishLag;
}
