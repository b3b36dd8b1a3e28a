/**
 * Whether a row of the read model says what its cart says: the pure half of reconcile. Cheap first (row against Temporal's index),
 * then exact (row against the row that the cart would publish now).
 */
import type { CartStatus } from '../contract/cart-view.ts';
import type { MismatchKind } from '../contract/reconcile.ts';

/** A row, or what a cart would publish as its row. Instants in epoch ms; `view` as JSON value. */
export interface ProjectedCart {
  bornAt: number;
  updatedAt: number;
  version: number;
  status: CartStatus;
  ownerHash: string;
  view: unknown;
  [column: string]: unknown;
}

/** `isPublishing`: changes are on their way to the read model. */
export type CartFacts = { life: 'open'; projected: ProjectedCart; isPublishing: boolean } | { life: 'over' };

export interface Verdict {
  /** `lagging`: the cart is about to publish by itself. */
  kind: MismatchKind | 'sound' | 'lagging';
  /** Columns, and members of the view, that differ. */
  fields: string[];
}

const SOUND: Verdict = { kind: 'sound', fields: [] };

export const isOpen = (status: CartStatus): boolean => status === 'active' || status === 'checkout';

/** `hasTwin`: another open row shows the same owner. */
export function judgeRow(row: ProjectedCart | undefined, cart: CartFacts, hasTwin: boolean): Verdict {
  if (cart.life === 'over') {
    if (!row || !isOpen(row.status)) return SOUND;
    return { kind: hasTwin ? 'duplicate' : 'orphaned', fields: ['status'] };
  }
  const { projected, isPublishing } = cart;
  // A cart without a change has had nothing to publish.
  if (!row && projected.version === 0) return SOUND;
  if (!row) return { kind: isPublishing ? 'lagging' : 'missing', fields: [] };
  const differences = compare(row, projected);
  if (differences.length === 0) return SOUND;
  const fields = [...new Set(differences.map(({ path }) => path))];
  if (isPublishing) return { kind: 'lagging', fields };
  if (hasTwin && fields.includes('ownerHash')) return { kind: 'duplicate', fields };
  if (isBefore(row, projected)) return { kind: 'stale', fields };
  return { kind: differences.every(({ isForm }) => isForm) ? 'outdated' : 'divergent', fields };
}

/** The order in which the read model moves forward; see database/cart-projection.ts. */
function isBefore(row: ProjectedCart, cart: ProjectedCart): boolean {
  if (row.bornAt !== cart.bornAt) return row.bornAt < cart.bornAt;
  if (row.updatedAt !== cart.updatedAt) return row.updatedAt < cart.updatedAt;
  return row.version < cart.version;
}

/** Whether the row shows something later than the cart knows of. */
export const isAhead = (row: ProjectedCart | undefined, cart: ProjectedCart): boolean =>
  row !== undefined && isBefore(cart, row);

interface Difference {
  /** A column, or `view.<member>`; no deeper, because names further down may be a shopper's. */
  path: string;
  /** Only one side has the member: another release wrote it. */
  isForm: boolean;
}

type Members = Record<string, unknown>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function compare(row: ProjectedCart, cart: ProjectedCart): Difference[] {
  const { view: rowView, ...rowColumns } = row;
  const { view: cartView, ...cartColumns } = cart;
  const columns = differences(rowColumns, cartColumns, () => false);
  if (!isObject(rowView) || !isObject(cartView)) return [...columns, { path: 'view', isForm: false }];
  const members = differences(rowView, cartView, isSameButForm);
  return [...columns, ...members.map((member) => ({ ...member, path: `view.${member.path}` }))];
}

function differences(
  left: Members,
  right: Members,
  isForm: (left: unknown, right: unknown) => boolean,
): Difference[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((name) => !isEqual(left[name], right[name]))
    .map((name) => ({ path: name, isForm: isForm(left[name], right[name]) }));
}

const isEqual = (left: unknown, right: unknown): boolean => walk(left, right, false);

/** Equal, but for members that only one side has. */
const isSameButForm = (left: unknown, right: unknown): boolean => walk(left, right, true);

function walk(left: unknown, right: unknown, isLenient: boolean): boolean {
  if (left === right || (isLenient && (left === undefined || right === undefined))) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => walk(item, right[index], isLenient));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => walk(left[name], right[name], isLenient));
}

/** What the scan reads of a row. */
export interface RowGlance {
  updatedAt: number;
  lines: number;
  status: CartStatus;
  ownerHash: string;
}

/** What Temporal's index shows of an open cart; what it was never told is undefined. */
export interface IndexGlance {
  lastActivity?: number;
  itemCount?: number;
  status?: string;
  owner?: string;
}

/**
 * Whether the cart itself has to be asked. The index follows a cart's last change after a while (`indexedAfterMs`), so a younger
 * row may be ahead of it. False alarms cost one query.
 */
export function isSuspect(
  row: RowGlance,
  index: IndexGlance | undefined,
  now: number,
  indexedAfterMs: number,
): boolean {
  if (index === undefined) return true;
  if (index.owner !== undefined && index.owner !== row.ownerHash) return true;
  if (index.lastActivity === row.updatedAt) {
    return index.itemCount !== row.lines || index.status !== row.status;
  }
  if (index.lastActivity !== undefined && index.lastActivity > row.updatedAt) return true;
  return row.updatedAt > now || row.updatedAt + indexedAfterMs < now;
}
