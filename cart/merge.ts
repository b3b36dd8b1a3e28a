/**
 * A guest's cart goes into a customer's: equal lines (same SKU, same options) come together by a strategy, the others are taken over as
 * they are. Limits and stock hold as for any write; what they hold back is told, never refused: a login must not fail for one line.
 */
import { MAX_ATTRIBUTES, MAX_QUANTITY } from '../contract/limits.ts';
import type { Attributes, MergeNotice, MergeNotices, MergeStrategy } from '../contract/operations.ts';
import type { Options } from '../contract/product-facts.ts';
import { findEqualLine, movedPrice, withLines } from './lines.ts';
import type { CartLine, CartState } from './state.ts';
import { refuse, type Verdict } from './verdict.ts';

/** What the guest's cart handed over: a line brings its price and stock along, so that the audit trail alone can play it back. */
export interface MergeGuest {
  type: 'merge';
  /** Workflow id of the guest's cart: names the merge, whoever asks for it and however often. */
  from: string;
  strategy: MergeStrategy;
  guest: Snapshot;
}

export interface Snapshot {
  cartId: string;
  currency: string;
  lines: readonly CartLine[];
}

const QUANTITIES: Record<MergeStrategy, (account: number, guest: number) => number> = {
  sum: (account, guest) => account + guest,
  max: (account, guest) => Math.max(account, guest),
  guestWins: (_account, guest) => guest,
  accountWins: (account) => account,
};

/** Names in order: a trail that has been through a database may have them in another. */
const ordered = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Units that the line may have, and why not all that are wanted. What the account had before is never taken away by a limit. */
function allowed(
  state: CartState,
  line: CartLine,
  equal: CartLine | undefined,
  wanted: number,
): { quantity: number; reason?: MergeNotice['reason'] } {
  const before = equal?.quantity ?? 0;
  if (wanted <= before) return { quantity: wanted };
  if (!line.isActive) return { quantity: before, reason: 'sku_unavailable' };
  const others = state.lines.filter((other) => other.sku === line.sku && other !== equal);
  const left = line.stock - others.reduce((sum, other) => sum + other.quantity, 0);
  const quantity = Math.max(before, Math.min(wanted, MAX_QUANTITY, left));
  if (quantity === wanted) return { quantity };
  return { quantity, reason: left < MAX_QUANTITY ? 'out_of_stock' : 'quantity_limit' };
}

/** Both lines' notes; where they differ the winner's count, and beyond the limit the loser's stay behind. */
function joinAttributes(account: Attributes, guest: Attributes, strategy: MergeStrategy) {
  const [winner, loser] = strategy === 'accountWins' ? [account, guest] : [guest, account];
  const added = Object.entries(loser).filter(([name]) => !Object.hasOwn(winner, name));
  const kept = added.slice(0, Math.max(0, MAX_ATTRIBUTES - Object.keys(winner).length));
  const joined = Object.fromEntries([...kept, ...Object.entries(winner)]);
  return { attributes: joined, isCut: kept.length < added.length };
}

/** Names may stand in another order. */
const areSame = (one: Attributes, other: Attributes): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([name, text]) => other[name] === text);

/** The account's line with the younger of both prices. */
function takeYounger(account: CartLine, guest: CartLine): CartLine {
  if (guest.pricedAt < account.pricedAt) return account;
  const { id, options, attributes, addedAt, isSeparate: _never, imageUrl: _old, ...kept } = account;
  const { isSeparate: _apart, previousUnitPrice: _moved, ...priced } = guest;
  return { ...kept, ...priced, id, options, attributes, addedAt, ...movedPrice(account, guest.unitPrice) };
}

/** A cart on its way, and what is to be told about it. */
export interface Merging {
  state: CartState;
  notices: MergeNotices;
}

/** Whose quantity counts, and whose notes where both have one of a name. */
export interface Joining {
  strategy: MergeStrategy;
  notes: MergeStrategy;
}

function tell(notices: MergeNotices, line: CartLine, notice: Omit<MergeNotice, 'sku' | 'title'>): void {
  const { sku, title } = line;
  notices[notice.lineId === undefined ? 'dropped' : 'adjusted'].push({ sku, title, ...notice });
}

/** The cart with the line joined to its equal; the very same cart where that would change nothing that a shopper sees. */
export function joinUnlessEqual(
  merging: Merging,
  line: CartLine,
  equal: CartLine,
  joining: Joining,
): CartState {
  const joined = joinLine(merging, line, equal, joining);
  const after = joined.lines.find(({ id }) => id === equal.id);
  const isSame = after?.quantity === equal.quantity && areSame(after.attributes, equal.attributes);
  return isSame ? merging.state : joined;
}

function joinLine(
  { state, notices }: Merging,
  line: CartLine,
  equal: CartLine,
  { strategy, notes }: Joining,
): CartState {
  const wanted = QUANTITIES[strategy](equal.quantity, line.quantity);
  const { quantity, reason } = allowed(state, line, equal, wanted);
  const { attributes, isCut } = joinAttributes(equal.attributes, line.attributes, notes);
  const joined = { ...takeYounger(equal, line), attributes, quantity };
  const verdict = withLines(
    state,
    state.lines.map((other) => (other === equal ? joined : other)),
  );
  const lineId = equal.id;
  if (!verdict.ok) {
    tell(notices, line, { lineId, wanted, quantity: equal.quantity, reason: reasonOf(verdict) });
    return state;
  }
  if (reason) tell(notices, line, { lineId, wanted, quantity, reason });
  else if (isCut) tell(notices, line, { lineId, wanted, quantity, reason: 'attribute_limit' });
  return verdict.state;
}

/** The cart with the line under an id of its own, as far as limits and stock allow. */
export function takeLine({ state, notices }: Merging, line: CartLine): CartState {
  const wanted = line.quantity;
  const { quantity, reason } = allowed(state, line, undefined, wanted);
  if (quantity <= 0) {
    tell(notices, line, { wanted, quantity: 0, reason: reason ?? 'out_of_stock' });
    return state;
  }
  const id = `l${state.nextLine}`;
  const next = { ...state, nextLine: state.nextLine + 1 };
  const verdict = withLines(next, [...state.lines, { ...line, id, quantity }]);
  if (!verdict.ok) {
    tell(notices, line, { wanted, quantity: 0, reason: reasonOf(verdict) });
    return state;
  }
  if (reason) tell(notices, line, { lineId: id, wanted, quantity, reason });
  return verdict.state;
}

const reasonOf = ({ refusal }: Verdict & { ok: false }): MergeNotice['reason'] =>
  refusal.code === 'cart_total_limit' ? 'cart_total_limit' : 'line_limit';

/** Refuses only what cannot be added up at all: two currencies. A guest's cart without lines changes nothing. */
export function mergeGuest(state: CartState, { guest, strategy }: MergeGuest): Verdict {
  if (guest.lines.length > 0 && guest.currency !== state.currency) {
    const detail = `This cart is in ${state.currency}, the guest cart is in ${guest.currency}.`;
    return refuse('currency_mismatch', detail);
  }
  const notices: MergeNotices = { adjusted: [], dropped: [] };
  let merged = state;
  for (const foreign of guest.lines) {
    const line = { ...foreign, options: ordered(foreign.options) };
    const equal = line.isSeparate ? undefined : findEqualLine(merged, line.sku, line.options);
    const merging = { state: merged, notices };
    merged = equal ? joinLine(merging, line, equal, { strategy, notes: strategy }) : takeLine(merging, line);
  }
  // A guest's cart of which nothing could come over has been merged all the same, and that counts as a change.
  const isCounted = guest.lines.length > 0 && merged === state;
  return { ok: true, state: isCounted ? { ...merged } : merged, merge: notices };
}
