/** The end of a run: each cart read in four ways, which must agree with each other and with the clients' ledger. */
import { isDeepStrictEqual } from 'node:util';
import { compareReplay, type ReplayedCart, replayTrail, type TrailEntry } from '../../cart/replay-trail.ts';
import type { CartView } from '../../contract/cart-view.ts';
import { eventually } from '../support/eventually.ts';
import { compareCart, type Fault, type Ledger } from '../support/ledger.ts';
import type { TestStack } from '../support/stack.ts';
import type { ChaosCart } from './shopping.ts';

const CATCH_UP_MS = 60_000;

export interface Readings {
  plain: CartView;
  strong: CartView;
  row: CartView;
  trail: ReplayedCart;
}

async function readAll(stack: TestStack, { shopper }: ChaosCart): Promise<Readings> {
  const strong = (await shopper.get('?consistency=strong')).cart;
  const plain = (await shopper.at(1).get()).cart;
  const [row] = await stack.sql<{ view: string }[]>`SELECT view FROM carts WHERE cart_id = ${strong.id}`;
  const entries = await stack.sql<TrailEntry[]>`
    SELECT version, kind, change FROM cart_trail WHERE cart_id = ${strong.id} ORDER BY version`;
  const view = row ? (JSON.parse(row.view) as CartView) : strong;
  const replay = replayTrail(entries);
  if (!replay.ok) throw new Error(replay.fault);
  return { strong, plain, row: view, trail: replay.cart };
}

/** Where the four readings differ; an empty text where they agree. */
function difference({ plain, strong, row, trail }: Readings): string {
  if (!isDeepStrictEqual(plain, strong)) return `GET says ${plain.version}, the workflow ${strong.version}`;
  if (!isDeepStrictEqual(row, strong)) return `the row says ${row.version}, the workflow ${strong.version}`;
  return compareReplay(trail, strong).join(' ');
}

/** The versions that came more than once: where to look first. */
async function twiceGiven(stack: TestStack, { shopper }: ChaosCart): Promise<string> {
  const { id } = (await shopper.get('?consistency=strong')).cart;
  const rows = await stack.sql`
    SELECT version, at, kind, operation, key_hash FROM cart_audit AS entry WHERE cart_id = ${id} AND EXISTS (
      SELECT FROM cart_audit AS other
      WHERE other.cart_id = entry.cart_id AND other.version = entry.version AND other.at <> entry.at)
    ORDER BY version, at`;
  return `given twice: ${JSON.stringify(rows)}`;
}

async function verifyCart(stack: TestStack, cart: ChaosCart, ledger: Ledger): Promise<Fault[]> {
  const name = cart.account.cart;
  const agreed = await eventually(
    async () => {
      const readings = await readAll(stack, cart);
      const detail = difference(readings);
      if (detail !== '') throw new Error(detail);
      return readings;
    },
    { within: CATCH_UP_MS, every: 500, attempt: 15_000 },
  ).catch((error: Error) => error);
  if (agreed instanceof Error) {
    const detail = `${agreed.message}; ${await twiceGiven(stack, cart)}`;
    return [{ kind: 'disagreement', cart: name, detail }];
  }
  return compareCart(ledger.account(name), agreed.plain);
}

export async function verifyCarts(
  stack: TestStack,
  carts: readonly ChaosCart[],
  ledger: Ledger,
): Promise<Fault[]> {
  const used = carts.filter(({ account }) => account.markers.size > 0 || account.counted > 0);
  return (await Promise.all(used.map((cart) => verifyCart(stack, cart, ledger)))).flat();
}
