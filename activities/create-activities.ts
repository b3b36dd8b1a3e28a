/** Every side effect that a cart workflow may have, each a verb of its own and safe to run twice. */
import type { ProductFacts } from '../contract/product-facts.ts';
import type { Publication } from '../cart/publication.ts';
import type { Sql } from '../database/client.ts';
import { type DatabaseLog, createDatabaseGuard } from './guard-database.ts';
import { publishCart } from './publish-cart.ts';
import { readProductFacts } from './read-product-facts.ts';

export interface ActivityDependencies {
  sql: Sql;
  log?: DatabaseLog;
}

export interface Activities {
  /** Writes the newest state and everything that happened since to the read model. Called twice or late, it changes nothing. */
  publishCart(publication: Publication): Promise<void>;
  /** Today's facts; SKUs that do not exist are missing from the answer. */
  readProductFacts(skus: string[]): Promise<ProductFacts[]>;
}

/** Both reject with `DatabaseUnavailable` (try again) or `DatabaseFault` (a mistake of ours, logged, not to be tried again at once). */
export function createActivities({ sql, log }: ActivityDependencies): Activities {
  const guard = createDatabaseGuard(log);
  return {
    publishCart: (publication) =>
      guard('publishCart', { workflowId: publication.workflowId }, () => publishCart(sql, publication)),
    readProductFacts: (skus) => guard('readProductFacts', {}, () => readProductFacts(sql, skus)),
  };
}
