/** What an operator reads in Temporal UI: the cart as a small Markdown table. SKUs and sums only, nothing that a shopper typed. */
import { abandonedSince, absenceOf } from '../cart/abandonment.ts';
import { moneyText } from '../cart/money-text.ts';
import type { CartState } from '../cart/state.ts';
import { totalsOf } from '../cart/totals.ts';

const SHOWN_LINES = 20;

/** Temporal UI sets columns without a gap, hence the no-break spaces; a title's pipes and newlines would break the table. */
const row = (...cells: (string | number)[]): string =>
  `| ${cells.map((cell) => `${String(cell).replace(/[|\n\r]/g, ' ')}\u00a0\u00a0`).join(' | ')} |`;

function absenceLine(state: CartState): string | undefined {
  const since = abandonedSince(state);
  if (since === undefined) return undefined;
  const { episode, step, over } = absenceOf(state);
  const end = over === undefined ? '' : `, no more (${over})`;
  return `Abandoned since ${new Date(since).toISOString()} (episode ${episode}): ${step} recovery e-mails${end}`;
}

export function currentDetails(state: CartState): string {
  const totals = totalsOf(state.lines);
  const sum = totals ? moneyText(totals.total, state.currency) : 'out of bounds';
  const lock = state.lock ? ', **locked**' : '';
  const head = `**${state.status}**${lock} ${state.owner} cart, version ${state.version}: ${totals?.totalQuantity ?? 0} units on ${state.lines.length} lines, total **${sum}**`;
  if (state.lines.length === 0) return head;
  const away = absenceLine(state);
  const way = state.surrender?.to ?? state.successor;
  const merge = way === undefined ? [] : [`${state.surrender ? 'On its way' : 'Merged'} into ${way}`, ''];
  const rows = state.lines.slice(0, SHOWN_LINES).map((line) => {
    const trouble = line.isActive && line.quantity <= line.stock ? '' : 'unavailable';
    return row(
      line.id,
      line.sku,
      line.title,
      line.quantity,
      moneyText(line.unitPrice, state.currency),
      trouble,
    );
  });
  const more =
    state.lines.length > SHOWN_LINES ? [`\n… and ${state.lines.length - SHOWN_LINES} more lines`] : [];
  return [
    head,
    '',
    ...merge,
    ...(away === undefined ? [] : [away, '']),
    row('line', 'SKU', 'title', 'quantity', 'unit price', ''),
    '|---|---|---|---|---|---|',
    ...rows,
    ...more,
  ].join('\n');
}
