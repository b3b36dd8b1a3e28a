/** The pages: where the shopper pays, and the list for developers. */
import type { Context, Hono } from 'hono';
import { listPage, paymentPage, unknownPage } from './pages.ts';
import type { Parts, ProviderEnv } from './parts.ts';
import { findPayment, newestPayments, type PaymentRecord, settle } from './store.ts';

type Page = ReturnType<typeof paymentPage>;

/** A form's redirect counts as its target, so the shop's origin has to be named. */
function show(c: Context<ProviderEnv>, page: Page, status: 200 | 404 = 200, returnUrl?: string | null) {
  const target = returnUrl ? ` ${new URL(returnUrl).origin}` : '';
  c.header('cache-control', 'no-store');
  c.header('referrer-policy', 'no-referrer');
  c.header('x-content-type-options', 'nosniff');
  c.header(
    'content-security-policy',
    `default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'${target}; frame-ancestors 'none'; base-uri 'none'`,
  );
  return c.html(page, status);
}

/** Where the shopper goes after the choice: the shop, or this page with the result. */
function goOn(c: Context<ProviderEnv>, { paymentId, returnUrl }: PaymentRecord, isClosed: boolean) {
  return c.redirect(returnUrl ?? `/pay/${paymentId}${isClosed ? '?closed' : ''}`, 303);
}

export function pageRoutes(app: Hono<ProviderEnv>, { sql, deliveries }: Parts): void {
  app.get('/', async (c) => show(c, listPage(await newestPayments(sql, 50))));
  app.get('/pay/:paymentId', async (c) => {
    const payment = await findPayment(sql, c.req.param('paymentId'));
    if (!payment) return show(c, unknownPage(), 404);
    return show(c, paymentPage(payment, c.req.query('closed') !== undefined), 200, payment.returnUrl);
  });
  app.post('/pay/:paymentId', async (c) => {
    const payment = await findPayment(sql, c.req.param('paymentId'));
    if (!payment) return show(c, unknownPage(), 404);
    const { choice } = await c.req.parseBody();
    if (choice === 'pay') await settle(sql, payment.paymentId, 'captured');
    if (choice === 'decline') await settle(sql, payment.paymentId, 'failed');
    deliveries.wake();
    return goOn(c, payment, choice === 'close');
  });
}
