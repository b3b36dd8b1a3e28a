/** What an operator reads in Temporal UI: the cart as a small Markdown table. SKUs and sums only, nothing that a shopper typed. */
import type { CartState } from '../cart/state.ts';
import { totalsOf } from '../cart/totals.ts';

const SHOWN_LINES = 20;

/** Minor units as people write them: two digits for EUR, none for JPY. */
function money(amount: number, currency: string): string {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return `${(amount / 10 ** maximumFractionDigits).toFixed(maximumFractionDigits)} ${currency}`;
}

/** Temporal UI sets columns without a gap, hence the no-break spaces; a title's pipes and newlines would break the table. */
const row = (...cells: (string | number)[]): string =>
  `| ${cells.map((cell) => `${String(cell).replace(/[|\n\r]/g, ' ')}\u00a0\u00a0`).join(' | ')} |`;

export function currentDetails(state: CartState): string {
  const totals = totalsOf(state.lines);
  const sum = totals ? money(totals.total, state.currency) : 'out of bounds';
  const head = `**${state.status}** ${state.owner} cart, version ${state.version}: ${totals?.totalQuantity ?? 0} units on ${state.lines.length} lines, total **${sum}**`;
  if (state.lines.length === 0) return head;
  const rows = state.lines.slice(0, SHOWN_LINES).map((line) => {
    const trouble = line.isActive && line.quantity <= line.stock ? '' : 'unavailable';
    return row(line.id, line.sku, line.title, line.quantity, money(line.unitPrice, state.currency), trouble);
  });
  const more =
    state.lines.length > SHOWN_LINES ? [`\n… and ${state.lines.length - SHOWN_LINES} more lines`] : [];
  return [
    head,
    '',
    row('line', 'SKU', 'title', 'quantity', 'unit price', ''),
    '|---|---|---|---|---|---|',
    ...rows,
    ...more,
  ].join('\n');
}
