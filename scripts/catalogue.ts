/**
 * `npm run catalogue -- set SKU --price N --stock N --active true|false`: looks at and changes products at run time. Works on the
 * database of DATABASE_URL; without one, on the database that `npm start` made in its data folder.
 */
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readConfig } from '../config.ts';
import {
  findProductBySku,
  listProducts,
  type ProductChange,
  readFacts,
  setProduct,
} from '../database/catalogue.ts';
import { connect, isUnavailable, type Sql } from '../database/client.ts';
import { listHolders } from '../database/stock.ts';
import { CATALOGUES, type CatalogueName, loadCatalogue } from '../database/load-catalogue.ts';
import { recallComponents } from './local/component.ts';
import { explain, UserError } from './local/user-error.ts';

const MAX_STOCK = 2_147_483_647;

const whole =
  (max: number) =>
  (text: string): number => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value <= max) return value;
    throw new InvalidArgumentError(`Write a whole number from 0 to ${max}.`);
  };

const truth = (text: string): boolean => {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('Write true or false.');
};

const print = (value: unknown): void => console.log(JSON.stringify(value, null, 2));

function databaseUrl(dataDir: string): string {
  const folder = resolve(dataDir);
  const components = recallComponents({ path: folder, file: (...names) => join(folder, ...names) });
  const url = components.find(({ env }) => env['DATABASE_URL'])?.env['DATABASE_URL'];
  return readConfig({ ...(url ? { DATABASE_URL: url } : {}), ...process.env }).DATABASE_URL;
}

/** What somebody at the keyboard can do about an error of the database; anything else as it is. */
function explained(error: unknown): unknown {
  const { code = '', message } = error as { code?: string; message?: string };
  if (/^(28|3D)/.test(code))
    return new UserError(
      `The database refuses: ${message}. Is \`npm start\` running, or is DATABASE_URL right?`,
    );
  if (isUnavailable(error))
    return new UserError('The database cannot be reached. Is `npm start` running, or is DATABASE_URL right?');
  if (code === '42P01')
    return new UserError(
      'The database has no tables yet. Run `npm start`, or `node --import tsx database/migrate.ts`.',
    );
  return error;
}

async function withDatabase(use: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = connect(databaseUrl(program.opts<{ data: string }>().data), {
    max: 1,
    name: 'cartwright-catalogue',
  });
  try {
    await use(sql);
  } catch (error) {
    throw explained(error);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const unknown = (sku: string) => new UserError(`There is no product with the SKU ${sku}.`);

const set = (sku: string, change: ProductChange) =>
  withDatabase(async (sql) => {
    if (Object.keys(change).length === 0)
      throw new UserError('Say what to change: --price N, --stock N, --active true|false.');
    const facts = await setProduct(sql, sku, change);
    if (!facts) throw unknown(sku);
    print(facts);
  });

const show = (sku: string) =>
  withDatabase(async (sql) => {
    const product = await findProductBySku(sql, sku);
    if (!product) throw unknown(sku);
    print({ facts: (await readFacts(sql, [sku])).get(sku), product });
  });

const list = () =>
  withDatabase(async (sql) => {
    let after: string | undefined;
    do {
      const page = await listProducts(sql, { limit: 100, ...(after === undefined ? {} : { after }) });
      for (const { title, currency, variants } of page.products) {
        for (const { sku, label, unitPrice, available, maxQuantity } of variants)
          console.log([sku, unitPrice, currency, available, maxQuantity, title, label].join('\t').trimEnd());
      }
      after = page.next;
    } while (after !== undefined);
  });

const holds = (sku?: string) =>
  withDatabase(async (sql) => {
    for (const hold of await listHolders(sql, sku)) {
      const why = hold.isCaptured ? 'paid' : hold.isOverdue ? 'overdue' : 'open';
      const until = hold.heldUntil.toISOString();
      console.log([hold.sku, hold.quantity, until, why, hold.checkoutId, hold.ownerHash].join('\t'));
    }
  });

const load = (name: CatalogueName) =>
  withDatabase(async (sql) => console.log(`Added ${await loadCatalogue(sql, name)} SKUs.`));

const program = new Command('npm run catalogue --')
  .description('Looks at and changes the products of a running shop. Prices are in minor units (cents).')
  .addOption(
    new Option('--data <dir>', 'folder of the local stack, for when DATABASE_URL is not set').default(
      '.data',
    ),
  );
program
  .command('set <sku>')
  .description('change a SKU; its siblings stay as they are')
  .option('--price <n>', 'what it costs from now on, before options', whole(Number.MAX_SAFE_INTEGER))
  .option('--stock <n>', 'units that may be sold now', whole(MAX_STOCK))
  .option('--active <true|false>', 'whether it is sold at all', truth)
  .action(set);
program.command('show <sku>').description('its facts, and the product with all its variants').action(show);
program
  .command('list')
  .description('everything that is sold, one SKU a line, separated by tabs')
  .action(list);
program
  .command('holds [sku]')
  .description('units that open checkouts hold, the soonest deadline first, separated by tabs')
  .action(holds);
program
  .command('load')
  .description('add a ready-made catalogue; what is there stays')
  .addArgument(program.createArgument('<name>').choices(Object.keys(CATALOGUES)))
  .action(load);

// `… list | head` closes the pipe early, and that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

program.parseAsync().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
