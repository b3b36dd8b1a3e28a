/**
 * `npm run record-history -- --out DIR --checkouts DIR`: records histories of carts and of checkouts under today's code, for the replay
 * tests. To be run once for each released form of a workflow, into a folder of its own.
 */
import { Command } from 'commander';
import { SCHEMA } from '../cart/state.ts';
import { recordCheckouts } from '../tests/checkout/record-checkouts.ts';
import { recordHistories } from '../tests/replay/record-histories.ts';
import { createCheckoutShop } from '../tests/support/checkout-shop.ts';
import { endAtOnce } from './local/end-at-once.ts';
import { startDependencies } from './local/start-dependencies.ts';
import { openTemporaryFolder } from './local/temporary-folder.ts';

const { out, checkouts } = new Command('record-history')
  .description('Records histories of carts and checkouts under the code of this checkout.')
  .option('--out <folder>', 'where the histories go', `tests/replay/histories/v${SCHEMA}`)
  .option('--checkouts <folder>', 'where those of checkouts go', 'tests/replay/checkouts/v3')
  .parse()
  .opts<{ out: string; checkouts: string }>();

endAtOnce();
const folder = openTemporaryFolder('record');
const servers = await startDependencies({ dataDir: folder.path, isVerbose: true });
try {
  process.env.TEST_DATABASE_URL = servers.databaseUrl;
  process.env.TEMPORAL_ADDRESS = servers.temporalAddress;
  const names = await recordHistories(out);
  const shop = await createCheckoutShop({ environment: { HOLD_LIFE: '7s', PAYMENT_WAIT: '7s' } });
  try {
    await recordCheckouts(shop, checkouts);
  } finally {
    await shop.close();
  }
  console.log(`${names.length} carts recorded in ${out}: ${names.join(', ')}`);
} finally {
  await servers.stop();
  folder.remove();
}
