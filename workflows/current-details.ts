/** What an operator reads in Temporal UI: the cart as a small Markdown table. SKUs and sums only, nothing that a shopper typed. */
import type { CartState } from '../cart/state.ts';
import { totalsOf } from '../cart/totals.ts';

const SHOWN_LINES = 20;

const money = (amount: number, currency: string): string => `${(amount / 100).toFixed(2)} ${currency}`;

/** Titles come from the catalogue; pipes and newlines would break the table. */
const cell = (text: string): string => text.replace(/[|\n\r]/g, ' ');

export function currentDetails(state: CartState): string {
  const totals = totalsOf(state.lines);
  const sum = totals ? money(totals.total, state.currency) : 'out of bounds';
  const head = `**${state.status}** ${state.owner} cart, version ${state.version}: ${totals?.totalQuantity ?? 0} units on ${state.lines.length} lines, total **${sum}**`;
  if (state.lines.length === 0) return head;
  const rows = state.lines
    .slice(0, SHOWN_LINES)
    .map(
      (line) =>
        `| ${line.id} | ${line.sku} | ${cell(line.title)} | ${line.quantity} | ${money(line.unitPrice, state.currency)} | ${line.isActive && line.quantity <= line.stock ? '' : 'unavailable'} |`,
    );
  const more =
    state.lines.length > SHOWN_LINES ? [`\n… and ${state.lines.length - SHOWN_LINES} more lines`] : [];
  return [
    head,
    '',
    '| line | SKU | title | quantity | unit price | |',
    '|---|---|---|---|---|---|',
    ...rows,
    ...more,
  ].join('\n');
}
