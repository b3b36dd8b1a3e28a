/** The provider's books: payments, what may become of them, and the events that each change sends out, in one transaction with it. */
import { createHash, randomBytes } from 'node:crypto';
import type postgres from 'postgres';
import type { PaymentEventType, PaymentStatus } from '../contract/payments.ts';
import type { Sql } from '../database/client.ts';
import { type Faults, readFaults } from './faults.ts';
import type { SignatureKind } from './sign-event.ts';

export type Tx = postgres.TransactionSql<{ bigint: number }>;

export interface PaymentRecord {
  paymentId: string;
  checkoutId: string;
  amount: number;
  currency: string;
  status: PaymentStatus;
  description: string | null;
  returnUrl: string | null;
  createdAt: Date;
}

export interface NewPayment {
  checkoutId: string;
  amount: number;
  currency: string;
  description?: string | undefined;
  returnUrl?: string | undefined;
  /** `approve`, `decline`, `never`, `delay:<ms>`; absent: the shopper decides on the page. */
  testOutcome?: string | undefined;
}

/** The key belongs to another request. */
export class KeyReused extends Error {}

const COLUMNS = `payment_id AS "paymentId", checkout_id AS "checkoutId", amount, currency, status, description,
  return_url AS "returnUrl", created_at AS "createdAt"`;

type Query = Pick<Sql, 'unsafe'>;

async function select(sql: Query, where: string, ...values: (string | number)[]): Promise<PaymentRecord[]> {
  const text = `SELECT ${COLUMNS} FROM test_payments.payments WHERE ${where}`;
  return [...((await sql.unsafe(text, values)) as unknown as PaymentRecord[])];
}

export const findPayment = async (sql: Query, paymentId: string): Promise<PaymentRecord | undefined> =>
  (await select(sql, 'payment_id = $1', paymentId))[0];

export const findByCheckout = (sql: Query, checkoutId: string): Promise<PaymentRecord[]> =>
  select(sql, 'checkout_id = $1 ORDER BY created_at', checkoutId);

export const newestPayments = (sql: Query, limit: number): Promise<PaymentRecord[]> =>
  select(sql, 'true ORDER BY created_at DESC LIMIT $1', limit);

const newId = (prefix: string): string => `${prefix}_${randomBytes(18).toString('base64url')}`;

/** The event about this payment as it goes out. */
const eventBody = (type: PaymentEventType, payment: PaymentRecord, id: string): string =>
  JSON.stringify({
    type,
    id,
    timestamp: new Date().toISOString(),
    data: {
      paymentId: payment.paymentId,
      checkoutId: payment.checkoutId,
      amount: payment.amount,
      currency: payment.currency,
    },
  });

/** One genuine event and what the faults make of it: copies, forged companions, delays. */
async function emit(tx: Tx, payment: PaymentRecord, type: PaymentEventType, faults: Faults): Promise<void> {
  const id = newId('evt');
  const genuine = { id, body: eventBody(type, payment, id), signature: 'valid' as SignatureKind };
  const forgeries = Array.from({ length: faults.forgeries }, () => {
    const forged = newId('evt');
    const body = eventBody('payment.captured', payment, forged);
    return { id: forged, body, signature: 'wrongSecret' as SignatureKind };
  });
  const copies = Array.from({ length: 1 + faults.duplicates }, () => genuine);
  const rows = [...forgeries, ...copies].map(({ id: event_id, body, signature }) => {
    const delayMs = faults.eventDelayMs + Math.random() * faults.shuffleMs;
    return { event_id, body, signature, due_at: new Date(Date.now() + delayMs) };
  });
  await tx`INSERT INTO test_payments.deliveries ${tx(rows)}`;
}

/** Moves the payment on, if it is in one of the states `from`, and sends the event. Undefined: it was not. */
async function move(
  tx: Tx,
  paymentId: string,
  from: readonly PaymentStatus[],
  to: PaymentStatus,
): Promise<PaymentRecord | undefined> {
  const [payment] = (await tx.unsafe(
    `UPDATE test_payments.payments SET status = $1, decide_at = NULL
     WHERE payment_id = $2 AND status = ANY ($3) RETURNING ${COLUMNS}`,
    [to, paymentId, [...from]],
  )) as unknown as PaymentRecord[];
  if (payment) await emit(tx, payment, `payment.${to}`, await readFaults(tx));
  return payment;
}

/** What may become of a payment, and from where. */
const MOVES = {
  captured: ['created', 'authorized'],
  failed: ['created'],
  cancelled: ['created', 'authorized'],
  refunded: ['captured'],
} as const satisfies Partial<Record<PaymentStatus, readonly PaymentStatus[]>>;

/** Answers whether it happened now; repeated or too late, nothing does. */
export const settle = async (sql: Sql, paymentId: string, to: keyof typeof MOVES): Promise<boolean> =>
  (await sql.begin((tx) => move(tx, paymentId, MOVES[to], to))) !== undefined;

const fingerprintOf = (request: NewPayment): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');

async function decideAtOnce(tx: Tx, paymentId: string, outcome: string | undefined): Promise<void> {
  if (outcome === 'approve') await move(tx, paymentId, MOVES.captured, 'captured');
  if (outcome === 'decline') await move(tx, paymentId, MOVES.failed, 'failed');
  const [, delayMs] = /^delay:(\d+)$/.exec(outcome ?? '') ?? [];
  if (delayMs === undefined) return;
  const at = new Date(Date.now() + Number(delayMs));
  await tx`UPDATE test_payments.payments SET decide_at = ${at} WHERE payment_id = ${paymentId}`;
}

/** Makes the payment, or finds what was made under this key. Throws KeyReused. */
export async function createPayment(
  sql: Sql,
  key: string,
  request: NewPayment,
): Promise<{ payment: PaymentRecord; isReplayed: boolean }> {
  const fingerprint = fingerprintOf(request);
  return await sql.begin(async (tx) => {
    const paymentId = newId('pay');
    const { count } = await tx`
      INSERT INTO test_payments.payments (
        payment_id, checkout_id, amount, currency, status, description, return_url, idempotency_key, fingerprint
      ) VALUES (
        ${paymentId}, ${request.checkoutId}, ${request.amount}, ${request.currency}, 'created',
        ${request.description ?? null}, ${request.returnUrl ?? null}, ${key}, ${fingerprint}
      ) ON CONFLICT (idempotency_key) DO NOTHING`;
    const [row] = await tx<{ paymentId: string; fingerprint: string }[]>`
      SELECT payment_id AS "paymentId", fingerprint FROM test_payments.payments WHERE idempotency_key = ${key}`;
    if (row?.fingerprint !== fingerprint) throw new KeyReused();
    if (count === 1) {
      const created = (await findPayment(tx, paymentId)) as PaymentRecord;
      await emit(tx, created, 'payment.created', await readFaults(tx));
      await decideAtOnce(tx, paymentId, request.testOutcome);
    }
    return { payment: (await findPayment(tx, row.paymentId)) as PaymentRecord, isReplayed: count === 0 };
  });
}

/** Captures what was to be approved by now. Answers how many. */
export async function decideDue(sql: Sql): Promise<number> {
  const due = await sql<{ paymentId: string }[]>`
    SELECT payment_id AS "paymentId" FROM test_payments.payments
    WHERE status = 'created' AND decide_at <= now() LIMIT 100`;
  for (const { paymentId } of due) await settle(sql, paymentId, 'captured');
  return due.length;
}
