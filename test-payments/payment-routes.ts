/** The provider's API for shops: make, read, cancel and refund a payment; all of it may be repeated. */
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { TEST_OUTCOME_PATTERN } from '../contract/payments.ts';
import { takeFault } from './faults.ts';
import type { Parts, ProviderEnv } from './parts.ts';
import {
  createPayment,
  findByCheckout,
  findPayment,
  KeyReused,
  type PaymentRecord,
  settle,
} from './store.ts';

const id = z.string().regex(/^[!-~]{1,200}$/);

const isWebAddress = (text: string): boolean => /^https?:$/.test(new URL(text).protocol);

const requestSchema = z.strictObject({
  checkoutId: id,
  amount: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  currency: z.string().regex(/^[A-Z]{3}$/),
  returnUrl: z.url().refine(isWebAddress, 'write an http or https address').optional(),
  description: z.string().max(500).optional(),
  testOutcome: z.string().regex(new RegExp(TEST_OUTCOME_PATTERN)).optional(),
});

/** As the shop sees it. Paid or not, the page has something to show only while the payment is open. */
const viewOf = (payment: PaymentRecord, publicUrl: string) => ({
  paymentId: payment.paymentId,
  checkoutId: payment.checkoutId,
  status: payment.status,
  amount: payment.amount,
  currency: payment.currency,
  redirectUrl: payment.status === 'created' ? `${publicUrl}/pay/${payment.paymentId}` : null,
});

type Exchange = Context<ProviderEnv>;

const refuse = (c: Exchange, status: 400 | 404 | 409 | 422, code: string, detail: string) =>
  c.json({ code, detail }, status);

const notFound = (c: Exchange) => refuse(c, 404, 'payment_not_found', 'There is no such payment.');

/** A body that is JSON and fits, or the answer that says why not. */
export async function readBody<T>(
  c: Exchange,
  schema: z.ZodType<T>,
): Promise<{ value: T } | { answer: Response }> {
  const body: unknown = await c.req.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (parsed.success) return { value: parsed.data };
  const detail = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return { answer: refuse(c, 422, 'validation_failed', detail) };
}

/** The connection ends without a word: what a shop sees when an answer is lost. */
function dropAnswer(c: Exchange): Response {
  c.env.incoming?.socket.destroy();
  return c.body(null, 504);
}

async function create(c: Exchange, { sql, deliveries, publicUrl }: Parts): Promise<Response> {
  const key = c.req.header('idempotency-key');
  if (key === undefined || key === '') return refuse(c, 400, 'key_missing', 'Send an Idempotency-Key.');
  const read = await readBody(c, requestSchema);
  if ('answer' in read) return read.answer;
  try {
    const { payment, isReplayed } = await createPayment(sql, key, read.value);
    deliveries.wake();
    if (!isReplayed && (await takeFault(sql, 'lostAnswers'))) return dropAnswer(c);
    c.header('idempotent-replayed', String(isReplayed));
    return c.json(viewOf(payment, publicUrl), isReplayed ? 200 : 201);
  } catch (error) {
    if (!(error instanceof KeyReused)) throw error;
    return refuse(c, 422, 'idempotency_key_reused', 'The key belongs to another request.');
  }
}

/** Changes what can be changed, and answers with what is. `must`: anything else is a conflict. */
async function change(
  c: Exchange,
  { sql, deliveries, publicUrl }: Parts,
  to: 'cancelled' | 'refunded',
  must: boolean,
): Promise<Response> {
  const paymentId = c.req.param('paymentId') ?? '';
  await settle(sql, paymentId, to);
  deliveries.wake();
  const payment = await findPayment(sql, paymentId);
  if (!payment) return notFound(c);
  if (must && payment.status !== to) return refuse(c, 422, 'not_possible', `It is ${payment.status}.`);
  return c.json(viewOf(payment, publicUrl));
}

export function paymentRoutes(app: Hono<ProviderEnv>, parts: Parts): void {
  const { sql, publicUrl } = parts;
  app.post('/payments', (c) => create(c, parts));
  app.get('/payments', async (c) => {
    const payments = await findByCheckout(sql, c.req.query('checkoutId') ?? '');
    return c.json({ payments: payments.map((payment) => viewOf(payment, publicUrl)) });
  });
  app.get('/payments/:paymentId', async (c) => {
    const payment = await findPayment(sql, c.req.param('paymentId'));
    return payment ? c.json(viewOf(payment, publicUrl)) : notFound(c);
  });
  app.post('/payments/:paymentId/cancel', (c) => change(c, parts, 'cancelled', false));
  app.post('/payments/:paymentId/refund', (c) => change(c, parts, 'refunded', true));
}
