/**
 * Reads carts: one SELECT, whose text goes out as it is; the workflow is asked where PostgreSQL cannot answer or is behind. Where
 * the catalogue has moved since the cart was published, today's availability is laid over it.
 */
import { emptyView, refreshView } from '../cart/view.ts';
import type { CartView } from '../contract/cart-view.ts';
import { readCart } from '../database/cart-projection.ts';
import { isUnavailable, type Sql } from '../database/client.ts';
import type { CartOwner, Carts } from './carts.ts';
import type { ApiMetrics } from './metrics.ts';
import type { ProductFactsReader } from './product-facts.ts';

export interface LoadedView {
  /** The view as JSON text. */
  text: string;
  /** Quoted, ready to be sent. */
  etag: string;
  version: number;
  /** False: there is no cart, and `text` is the empty view. */
  exists: boolean;
  /** The cart went into a customer's: who came with its token has none any more. */
  isMerged?: boolean;
  /** The guest's cart that came along may be merged: a representation of its own. */
  hasOffer?: boolean;
}

export interface Views {
  /** The newest published view, or the empty one. */
  load(owner: CartOwner): Promise<LoadedView>;
  /** Straight from the workflow. */
  loadStrong(owner: CartOwner): Promise<LoadedView>;
  /** A view that shows at least this version. */
  loadSince(owner: CartOwner, version: number): Promise<LoadedView>;
  empty(owner: CartView['owner']): LoadedView;
}

export interface ViewParts {
  sql: Sql;
  carts: Carts;
  facts: ProductFactsReader;
  metrics: ApiMetrics;
  currency: string;
}

type CartRow = NonNullable<Awaited<ReturnType<typeof readCart>>>;

const isOver = (status: string): boolean => ['expired', 'merged', 'completed'].includes(status);

/** An abandoned cart is a representation of its own, at the version that it had before. */
const tagOf = (
  version: number,
  { revision, abandonedAt }: { revision?: number; abandonedAt: number | null },
) =>
  `"${version}${revision === undefined ? '' : `.${revision}`}${abandonedAt === null ? '' : `-a${abandonedAt}`}"`;

function fromView(view: CartView): LoadedView {
  const { version, abandonedAt } = view;
  const etag = tagOf(version, { abandonedAt: abandonedAt === undefined ? null : Date.parse(abandonedAt) });
  return { text: JSON.stringify(view), etag, version, exists: true };
}

/** Puts a member at the end of an object's JSON text without taking it apart. */
const withAbandonedAt = (text: string, abandonedAt: number | null): string =>
  abandonedAt === null
    ? text
    : `${text.slice(0, -1)},"abandonedAt":"${new Date(abandonedAt).toISOString()}"}`;

export function createViews({ sql, carts, facts, metrics, currency }: ViewParts): Views {
  const empty = (owner: CartView['owner'], status?: string): LoadedView => ({
    ...fromView(emptyView(owner, currency)),
    exists: false,
    isMerged: status === 'merged',
  });

  async function fromRow(row: CartRow): Promise<LoadedView> {
    const { version, viewJson, abandonedAt } = row;
    if (!row.isStale) {
      const text = withAbandonedAt(viewJson, abandonedAt);
      return { text, etag: tagOf(version, { abandonedAt }), version, exists: true };
    }
    const view = JSON.parse(viewJson) as CartView;
    const own = row.status === 'checkout' ? row.cartId : undefined;
    const { facts: today } = await facts.read(
      view.lines.map((line) => line.sku),
      own,
    );
    const etag = tagOf(version, { revision: row.catalogueRevision, abandonedAt });
    const text = withAbandonedAt(JSON.stringify(refreshView(view, today)), abandonedAt);
    return { text, etag, version, exists: true };
  }

  async function measured(read: () => Promise<[LoadedView, string]>): Promise<LoadedView> {
    const startedAt = performance.now();
    const [view, source] = await read();
    metrics.recordCartLoad(performance.now() - startedAt, view.exists ? source : 'absent');
    return view;
  }

  async function ask(owner: CartOwner): Promise<[LoadedView, string]> {
    const view = await carts.queryView(owner);
    return [view && !isOver(view.status) ? fromView(view) : empty(owner.kind, view?.status), 'workflow'];
  }

  /** The row where PostgreSQL answers and the row is good enough; else the workflow. */
  const read = (owner: CartOwner, isGoodEnough: (row: CartRow | undefined) => boolean) =>
    measured(async () => {
      try {
        const row = await readCart(sql, owner.workflowId);
        if (!isGoodEnough(row)) return await ask(owner);
        const isAlive = row && !isOver(row.status);
        return [isAlive ? await fromRow(row) : empty(owner.kind, row?.status), 'projection'];
      } catch (error) {
        if (isUnavailable(error)) return await ask(owner);
        throw error;
      }
    });

  return {
    empty,
    load: (owner) => read(owner, () => true),
    loadStrong: (owner) => measured(() => ask(owner)),
    loadSince: (owner, version) => read(owner, (row) => row !== undefined && row.version >= version),
  };
}
