/** What the provider's routes work with. */
import type { HttpBindings } from '@hono/node-server';
import type { Sql } from '../database/client.ts';
import type { Deliveries } from './deliver.ts';

export interface ProviderEnv {
  Bindings: Partial<HttpBindings>;
}

export interface Parts {
  sql: Sql;
  deliveries: Deliveries;
  /** Where browsers find the pages, without a slash at the end. */
  publicUrl: string;
  /** Signs events. */
  secret: string;
  /** Where events go. */
  webhookUrls: readonly string[];
}
