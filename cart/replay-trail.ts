/** Plays an audit trail back: from the changes alone to the cart that they made, and whether it is the cart that readers see. */
import type { CartLineView, CartStatus, CartView } from '../contract/cart-view.ts';
import type { CartChange, LineChange } from './change.ts';

/** One change of one cart, as the trail keeps it. */
export interface TrailEntry {
  version: number;
  kind: string;
  /** Absent in trails that were written before changes were kept. */
  change?: CartChange | null;
}

export type ReplayedLine = Pick<
  CartLineView,
  'id' | 'sku' | 'options' | 'attributes' | 'quantity' | 'unitPrice'
>;

export interface ReplayedCart {
  version: number;
  status: CartStatus;
  isLocked: boolean;
  lines: ReplayedLine[];
}

export type Replay = { ok: true; cart: ReplayedCart } | { ok: false; fault: string };

const EMPTY = { sku: '', options: {}, attributes: {}, quantity: 0, unitPrice: 0 };

function withLine(lines: ReplayedLine[], change: LineChange): ReplayedLine[] {
  if (change.quantity === 0) return lines.filter((line) => line.id !== change.id);
  const at = lines.findIndex((line) => line.id === change.id);
  if (at < 0) return [...lines, { ...EMPTY, ...change }];
  return lines.with(at, { ...(lines[at] as ReplayedLine), ...change });
}

/** `entries`: all of one cart, oldest first. A gap, or an entry without its change, is a fault: nothing is guessed. */
export function replayTrail(entries: readonly TrailEntry[]): Replay {
  const version = (entries[0]?.version ?? 1) - 1;
  let cart: ReplayedCart = { version, status: 'active', isLocked: false, lines: [] };
  for (const { version: next, kind, change } of entries) {
    if (next !== cart.version + 1) {
      return { ok: false, fault: `The trail goes from version ${cart.version} to ${next}.` };
    }
    if (!change) return { ok: false, fault: `Version ${next} (${kind}) does not say what it changed.` };
    cart = {
      version: next,
      status: change.status ?? cart.status,
      isLocked: change.isLocked ?? cart.isLocked,
      lines: (change.lines ?? []).reduce(withLine, cart.lines),
    };
  }
  return { ok: true, cart };
}

/** JSON with sorted names, for values that came through a database. */
function printed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printed).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, member]) => `${name}:${printed(member)}`).join()}}`;
}

const essence = ({ id, sku, options, attributes, quantity, unitPrice }: ReplayedLine): string =>
  printed({ id, sku, options, attributes, quantity, unitPrice });

/** Where the replayed cart and the view differ, a sentence each; none where they agree. */
export function compareReplay(
  cart: ReplayedCart,
  view: Pick<CartView, 'version' | 'status' | 'lines'>,
): string[] {
  const faults: string[] = [];
  if (cart.version !== view.version) {
    faults.push(`The trail ends at version ${cart.version}, the cart is at ${view.version}.`);
  }
  const shown = new Map(view.lines.map((line) => [line.id, line]));
  for (const line of cart.lines) {
    const other = shown.get(line.id);
    if (!other) faults.push(`Line ${line.id} (${line.sku}) is in the trail and not in the cart.`);
    else if (essence(line) !== essence(other)) faults.push(`Line ${line.id} (${line.sku}) differs.`);
    shown.delete(line.id);
  }
  for (const line of shown.values())
    faults.push(`Line ${line.id} (${line.sku}) is in the cart and not in the trail.`);
  return faults;
}
