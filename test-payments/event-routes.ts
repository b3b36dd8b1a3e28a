/**
 * For tests and drills: emit any events, in any order, signed or mis-signed, and see what the shop answers; and choose what goes
 * wrong from now on.
 */
import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Sql } from '../database/client.ts';
import { send } from './deliver.ts';
import { faultsSchema, readFaults, writeFaults } from './faults.ts';
import type { Parts, ProviderEnv } from './parts.ts';
import { readBody } from './payment-routes.ts';
import { SIGNATURES, signMessage } from './sign-event.ts';
import { findByCheckout, findPayment } from './store.ts';

/** Loose on purpose: what a shop must refuse has to be sent first. What is missing is filled in from the books. */
const eventSchema = z.object({
  type: z.string(),
  id: z.string().optional(),
  timestamp: z.string().optional(),
  data: z.record(z.string(), z.unknown()).default({}),
  signature: z.enum(SIGNATURES).default('valid'),
  /** So many times in all. */
  times: z.int().min(1).max(1_000).default(1),
  /** Ms to wait before it. */
  delayMs: z.int().min(0).max(60_000).default(0),
  /** Which of the shop's addresses; by default one after the other. */
  to: z.int().min(0).optional(),
});

type AskedEvent = z.infer<typeof eventSchema>;

const requestSchema = z.union([
  z.object({ events: z.array(eventSchema).max(10_000) }).transform(({ events }) => events),
  z.array(eventSchema).max(10_000),
  eventSchema.transform((event) => [event]),
]);

/** Amount, currency and the other id, as the books have them, where the event does not say. */
async function completeData(sql: Sql, data: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { paymentId, checkoutId } = data;
  const known =
    typeof paymentId === 'string'
      ? await findPayment(sql, paymentId)
      : typeof checkoutId === 'string'
        ? (await findByCheckout(sql, checkoutId))[0]
        : undefined;
  if (!known) return data;
  const { amount, currency } = known;
  return { paymentId: known.paymentId, checkoutId: known.checkoutId, amount, currency, ...data };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends it now, as often as asked, and tells each answer. Nothing of this is tried again. */
async function emit(parts: Parts, event: AskedEvent, serial: () => number): Promise<object[]> {
  const { type, signature: kind, delayMs, times, to } = event;
  if (delayMs > 0) await pause(delayMs);
  const id = event.id ?? `evt_${randomBytes(18).toString('base64url')}`;
  const timestamp = event.timestamp ?? new Date().toISOString();
  const body = JSON.stringify({ type, id, timestamp, data: await completeData(parts.sql, event.data) });
  const answers: object[] = [];
  for (let time = 0; time < times; time += 1) {
    const url = parts.webhookUrls[(to ?? serial()) % parts.webhookUrls.length] ?? '';
    const answer = await send(url, signMessage(parts.secret, { id, body, kind }));
    answers.push({
      id,
      type,
      signature: kind,
      ...(typeof answer === 'number' ? { status: answer } : { error: answer }),
    });
  }
  return answers;
}

interface SentEvent {
  eventId: string;
  body: string;
  signature: string;
  attempts: number;
  isDelivered: boolean;
  lastAnswer: string | null;
}

const sentEvents = (sql: Sql, limit: number) => sql<SentEvent[]>`
  SELECT event_id AS "eventId", body, signature, attempts, delivered_at IS NOT NULL AS "isDelivered",
    last_answer AS "lastAnswer"
  FROM test_payments.deliveries ORDER BY delivery_id DESC LIMIT ${limit}`;

export function eventRoutes(app: Hono<ProviderEnv>, parts: Parts): void {
  const { sql } = parts;
  app.post('/events', async (c) => {
    const read = await readBody(c, requestSchema as z.ZodType<AskedEvent[]>);
    if ('answer' in read) return read.answer;
    let sent = 0;
    const deliveries: object[] = [];
    for (const event of read.value) deliveries.push(...(await emit(parts, event, () => sent++)));
    return c.json({ deliveries });
  });
  app.get('/events', async (c) => {
    const events = await sentEvents(sql, 200);
    return c.json({
      events: events.map(({ body, ...rest }) => ({ ...rest, event: JSON.parse(body) as object })),
    });
  });
  app.get('/faults', async (c) => c.json(await readFaults(sql)));
  app.put('/faults', async (c) => {
    const read = await readBody(c, faultsSchema);
    if ('answer' in read) return read.answer;
    await writeFaults(sql, read.value);
    return c.json(read.value);
  });
}
