/**
 * What a client knows that it did: every unit that it added carries a marker of its own, so that a lost one and a doubled one can
 * never hide each other. Compared with carts in the end, it tells losses, doubles and strangers apart.
 */
import type { CartView } from '../../contract/cart-view.ts';

/** `open`: sent, and never decided. A removal that is open may or may not have happened. */
type Fate = 'open' | 'present' | 'refused' | 'removing' | 'removed';

/** One cart's account. */
export interface CartAccount {
  cart: string;
  markers: Map<string, Fate>;
  /** Units of the counting SKU whose add was acknowledged. */
  counted: number;
  /** Adds of the counting SKU that were never decided. */
  countedOpen: number;
}

export interface Fault {
  kind: 'lost' | 'doubled' | 'stranger' | 'risen' | 'miscounted' | 'undecided' | 'disagreement';
  cart: string;
  detail: string;
}

/** Added one by one, without a marker: equal adds meet in one line, whose quantity is the count. */
export const COUNTING_SKU = 'T-A';

export class Ledger {
  readonly #accounts = new Map<string, CartAccount>();

  account(cart: string): CartAccount {
    const account = this.#accounts.get(cart) ?? { cart, markers: new Map(), counted: 0, countedOpen: 0 };
    this.#accounts.set(cart, account);
    return account;
  }

  get accounts(): CartAccount[] {
    return [...this.#accounts.values()];
  }

  /** A deep copy, to be falsified. */
  clone(): Ledger {
    const copy = new Ledger();
    for (const account of this.accounts) {
      Object.assign(copy.account(account.cart), account, { markers: new Map(account.markers) });
    }
    return copy;
  }
}

const markersOf = (view: Pick<CartView, 'lines'>): Map<string, number> => {
  const found = new Map<string, number>();
  for (const { attributes, quantity } of view.lines) {
    const marker = attributes['marker'];
    if (marker !== undefined) found.set(marker, (found.get(marker) ?? 0) + quantity);
  }
  return found;
};

function markerFault(fate: Fate, count: number): Fault['kind'] | undefined {
  if (count > 1) return 'doubled';
  if (fate === 'open') return 'undecided';
  if (fate === 'present' && count === 0) return 'lost';
  if (fate === 'refused' && count === 1) return 'stranger';
  return fate === 'removed' && count === 1 ? 'risen' : undefined;
}

/** What is wrong with this cart; nothing, if the system kept its word. */
export function compareCart(account: CartAccount, view: Pick<CartView, 'lines'>): Fault[] {
  const { cart } = account;
  const found = markersOf(view);
  const faults: Fault[] = [];
  for (const [marker, fate] of account.markers) {
    const kind = markerFault(fate, found.get(marker) ?? 0);
    if (kind)
      faults.push({ kind, cart, detail: `${marker} (${fate}) is there ${found.get(marker) ?? 0} times` });
  }
  for (const marker of found.keys()) {
    if (!account.markers.has(marker))
      faults.push({ kind: 'stranger', cart, detail: `${marker} was never sent` });
  }
  const counting = view.lines.filter(({ sku, attributes }) => sku === COUNTING_SKU && !attributes['marker']);
  const counted = counting.reduce((sum, line) => sum + line.quantity, 0);
  const most = account.counted + account.countedOpen;
  if (counted < account.counted || counted > most || counting.length > 1) {
    const detail = `${account.counted} units were acknowledged, ${counted} are there in ${counting.length} lines`;
    faults.push({ kind: 'miscounted', cart, detail });
  }
  return faults;
}
