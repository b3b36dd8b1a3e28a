/** Everything about one cart in one file, for whoever looks for a fault elsewhere: no personal data, and nothing that a shopper typed. */
import { readTrail } from '../../database/cart-audit.ts';
import { inspectCart, liveView, summaryView } from './inspect-cart.ts';
import { fromDatabase } from '../from-database.ts';
import { type OperatorParts } from './operator-parts.ts';
import { redact } from './redact.ts';

/** The newest changes; carts with more are rare, and their history has pages. */
const MAX_ENTRIES = 1_000;

async function offeredTexts(parts: OperatorParts, skus: string[]): Promise<Set<string>> {
  const { facts } = await parts.facts.read([...new Set(skus)]);
  const options = [...facts.values()].flatMap((fact) => fact.options);
  const choices = options.flatMap((option) => (option.type === 'choice' ? option.choices : []));
  return new Set(choices.map(({ value }) => value));
}

/** Rejects with `cart_not_found`. */
export async function exportCart(parts: OperatorParts, id: string): Promise<unknown> {
  const { found, view, live, differences } = await inspectCart(parts, id);
  const { entries, next } = await fromDatabase(() =>
    readTrail(parts.sql, found.cartId, { limit: MAX_ENTRIES }),
  );
  const state = live?.inspection?.state;
  const skus = [...view.lines, ...(state?.lines ?? [])].map(({ sku }) => sku);
  const body = {
    cart: summaryView(found),
    view,
    live: live ? liveView(live) : null,
    differences,
    state: state ?? null,
    policy: live?.inspection?.policy ?? null,
    audit: entries.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() })),
    isAuditComplete: next === undefined,
  };
  return redact(body, await offeredTexts(parts, skus));
}
