/** Every scenario of the cart, as one table. The same rows run on the rules, on the workflow and over HTTP. */
import { ADDING } from './rows/adding.ts';
import { BATCHES } from './rows/batches.ts';
import { CATALOGUE_CHANGES } from './rows/catalogue-changes.ts';
import { KEYS_AND_VERSIONS } from './rows/keys-and-versions.ts';
import { OPTIONS } from './rows/options.ts';
import { REMOVING } from './rows/removing.ts';
import { STOCK_AND_LIMITS } from './rows/stock-and-limits.ts';
import { UPDATING } from './rows/updating.ts';
import type { Scenario } from './steps.ts';

export const SCENARIOS: Scenario[] = [
  ...ADDING,
  ...UPDATING,
  ...REMOVING,
  ...OPTIONS,
  ...STOCK_AND_LIMITS,
  ...BATCHES,
  ...KEYS_AND_VERSIONS,
  ...CATALOGUE_CHANGES,
];
