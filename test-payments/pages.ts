/** What the shopper sees: the payment page with its three ways out, and the list of payments for whoever develops a shop. */
import { html, raw } from 'hono/html';
import type { PaymentStatus } from '../contract/payments.ts';
import type { PaymentRecord } from './store.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #ffffff; --ground: #f2f0eb; --line: #dcd8cf;
  --go: #1f6f4a; --go-ink: #ffffff; --stop: #9b2c2c; --note: #fbf3d9; --note-ink: #6a5310; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e2; --soft: #a6adb8; --paper: #1d222a; --ground: #13171d;
  --line: #343b46; --go: #58b98a; --go-ink: #0d1a13; --stop: #ef8f8f; --note: #2f2914; --note-ink: #e6cf85; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 26rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem;
  overflow: hidden; box-shadow: 0 1px 2px rgb(0 0 0 / 5%), 0 12px 32px rgb(0 0 0 / 7%); }
main.wide { max-width: 60rem; align-self: start; }
.note { margin: 0; padding: .6rem 1.5rem; background: var(--note); color: var(--note-ink); font-size: .875rem; }
.body { padding: 1.5rem; }
h1 { margin: 0 0 .15rem; font-size: 1rem; font-weight: 600; color: var(--soft); }
.amount { margin: .15rem 0 1.25rem; font-size: 2.5rem; line-height: 1.15; font-weight: 650; letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
dl { margin: 0 0 1.5rem; padding: 1rem 0; border-block: 1px solid var(--line); display: grid; grid-template-columns: auto 1fr;
  gap: .35rem 1rem; font-size: .9rem; }
dt { color: var(--soft); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
form { display: grid; gap: .6rem; }
button, .button { display: block; width: 100%; padding: .8rem 1rem; border-radius: .6rem; border: 1px solid transparent; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; background: none; color: var(--ink); }
button:focus-visible, a:focus-visible { outline: 3px solid var(--go); outline-offset: 2px; }
.go { background: var(--go); color: var(--go-ink); } .go:hover { filter: brightness(1.08); }
.stop { border-color: var(--line); color: var(--stop); } .stop:hover, .quiet:hover { background: var(--ground); }
.quiet { color: var(--soft); font-weight: 500; }
.small { margin: 1rem 0 0; color: var(--soft); font-size: .8125rem; text-align: center; }
.scroll { overflow-x: auto; } table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .55rem .75rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; } th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
a { color: var(--go); } code { font-size: .85em; }
@media (max-width: 30rem) { body { padding: 0; place-items: stretch; background: var(--paper); }
  main { border: 0; border-radius: 0; box-shadow: none; max-width: none; } .amount { font-size: 2.1rem; } }
`;

/** `1999, EUR` → `€19.99`, with as many digits as the currency has. */
function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

function page(title: string, main: unknown, width: '' | 'wide' = '') {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style>
</head>
<body>
<main class="${width}">
<p class="note"><strong>Test payment.</strong> No card is asked for and no money moves.</p>
<div class="body">${main}</div>
</main>
</body>
</html>`;
}

const facts = ({ description, checkoutId }: PaymentRecord) => html`<dl>
${description ? html`<dt>For</dt><dd>${description}</dd>` : ''}
<dt>Checkout</dt><dd>${checkoutId}</dd>
</dl>`;

const choices = (payment: PaymentRecord) => html`<form method="post">
<button class="go" name="choice" value="pay">Pay ${money(payment.amount, payment.currency)}</button>
<button class="stop" name="choice" value="decline">Decline, as a bank would</button>
<button class="quiet" name="choice" value="close">Close without deciding</button>
</form>
<p class="small">Closing leaves the payment open: this page can be opened again.</p>`;

const RESULTS: Record<PaymentStatus, string> = {
  created: 'Still open',
  authorized: 'Authorised',
  captured: 'Paid',
  failed: 'Declined',
  cancelled: 'Cancelled',
  refunded: 'Refunded',
};

/** Where the shopper goes on; without a return address the page is the end. */
const wayBack = ({ returnUrl }: PaymentRecord) =>
  returnUrl === null
    ? html`<p class="small">You can close this page.</p>`
    : html`<a class="button go" href="${returnUrl}">Back to the shop</a>`;

/** Open: the choices. Settled: what it came to. `isClosed`: the shopper left without deciding, and has nowhere to go back to. */
export function paymentPage(payment: PaymentRecord, isClosed = false) {
  const { status, amount, currency } = payment;
  const isOpen = status === 'created' && !isClosed;
  const heading = isOpen ? 'To pay' : RESULTS[status];
  return page(
    `${heading}: ${money(amount, currency)}`,
    html`<h1>${heading}</h1><p class="amount">${money(amount, currency)}</p>${facts(payment)}${
      isOpen ? choices(payment) : wayBack(payment)
    }`,
  );
}

export const unknownPage = () =>
  page(
    'No such payment',
    html`<h1>No such payment</h1><p>The address is wrong, or the payment was made elsewhere.</p>`,
  );

/** For developers: the newest payments, newest first. */
export function listPage(payments: readonly PaymentRecord[]) {
  const rows = payments.map(
    (payment) => html`<tr><td>${payment.createdAt.toISOString().slice(11, 19)}</td>
<td class="number">${money(payment.amount, payment.currency)}</td><td>${RESULTS[payment.status]}</td>
<td><a href="/pay/${payment.paymentId}">open</a></td><td><code>${payment.checkoutId}</code></td></tr>`,
  );
  const table = html`<div class="scroll"><table><thead><tr><th>Time (UTC)</th><th class="number">Amount</th><th>State</th><th>Page</th><th>Checkout</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
  const empty = html`<p>There is none yet. A checkout makes the first one.</p>`;
  return page(
    'Test payments',
    html`<h1>Newest payments</h1>${payments.length === 0 ? empty : table}`,
    'wide',
  );
}
