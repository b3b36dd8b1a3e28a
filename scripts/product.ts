/** What of this checkout is the product: what a container runs. Everything else is for those who work on it. */
import { readdirSync } from 'node:fs';
import { ROOT } from './local/data-folder.ts';

export const PRODUCT_FOLDERS = [
  'activities',
  'api',
  'cart',
  'contract',
  'database',
  'mail',
  'operations',
  'payments',
  'test-inbox',
  'test-payments',
  'worker',
  'workflows',
];

/** In the root folder. */
export const PRODUCT_FILES = readdirSync(ROOT).filter(
  (name) => name.endsWith('.ts') && name !== 'vitest.config.ts',
);
