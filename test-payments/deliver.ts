/** Delivers events to the shop until it answers 2xx, with growing pauses; and decides payments whose time has come. */
import type { Logger } from 'pino';
import type { Sql } from '../database/client.ts';
import { type SignatureKind, type SignedMessage, signMessage } from './sign-event.ts';
import { decideDue } from './store.ts';

export interface DeliveryParts {
  sql: Sql;
  log: Logger;
  /** The first signs. */
  secret: string;
  /** The shop's addresses; the next attempt goes to the next one. */
  urls: readonly string[];
}

interface Delivery {
  deliveryId: number;
  eventId: string;
  body: string;
  signature: SignatureKind;
  attempts: number;
}

const AT_ONCE = 32;
const ANSWER_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 1_000;

/** A shop is away for a night, not for a week. */
const GIVE_UP_AFTER = 200;

/** Status of the answer, or what went wrong on the way. Redirects are not followed, as the specification asks. */
export async function send(url: string, { body, headers }: SignedMessage): Promise<number | string> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? message;
  }
}

/** 0.25 s, 0.5 s, 1 s, … at most 30 s. Taken before it is sent: a provider that dies in between sends it again. */
const claim = (sql: Sql, limit: number) => sql<Delivery[]>`
  UPDATE test_payments.deliveries AS delivery SET
    attempts = attempts + 1, due_at = now() + least(30, 0.25 * 2 ^ least(attempts, 10)) * interval '1 second'
      + ${ANSWER_WITHIN_MS} * interval '1 ms'
  FROM (
    SELECT delivery_id FROM test_payments.deliveries
    WHERE delivered_at IS NULL AND given_up_at IS NULL AND due_at <= now()
    ORDER BY due_at, delivery_id LIMIT ${limit} FOR UPDATE SKIP LOCKED
  ) AS due
  WHERE delivery.delivery_id = due.delivery_id
  RETURNING delivery.delivery_id AS "deliveryId", event_id AS "eventId", body, signature, attempts`;

async function note(sql: Sql, { deliveryId, attempts, signature }: Delivery, answer: number | string) {
  const isDone = typeof answer === 'number' && answer >= 200 && answer < 300;
  // A forgery that is refused has done its work.
  const isOver = !isDone && (signature !== 'valid' || attempts >= GIVE_UP_AFTER);
  await sql`
    UPDATE test_payments.deliveries SET
      last_answer = ${String(answer)},
      delivered_at = ${isDone ? sql`now()` : null},
      given_up_at = ${isOver ? sql`now()` : null},
      due_at = due_at - ${ANSWER_WITHIN_MS} * interval '1 ms'
    WHERE delivery_id = ${deliveryId}`;
}

export interface Deliveries {
  start(): void;
  /** Something new is due. */
  wake(): void;
  stop(): Promise<void>;
}

export function createDeliveries({ sql, log, secret, urls }: DeliveryParts): Deliveries {
  const underWay = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = true;
  let isLooking = false;
  let isWoken = false;

  async function deliver(delivery: Delivery): Promise<void> {
    const { eventId, body, signature, attempts } = delivery;
    const url = urls[(attempts - 1) % urls.length] ?? '';
    const answer = await send(url, signMessage(secret, { id: eventId, body, kind: signature }));
    log.debug({ eventId, signature, attempts, answer }, 'delivery');
    await note(sql, delivery, answer);
  }

  function track(work: Promise<void>): void {
    const settled = work
      .catch((error: unknown) => log.warn({ reason: (error as Error).message }, 'delivery'))
      .finally(() => {
        underWay.delete(settled);
        wake();
      });
    underWay.add(settled);
  }

  async function nextDueMs(): Promise<number> {
    const [row] = await sql<{ ms: number | null }[]>`
      SELECT extract(epoch FROM least(
        (SELECT min(due_at) FROM test_payments.deliveries WHERE delivered_at IS NULL AND given_up_at IS NULL),
        (SELECT min(decide_at) FROM test_payments.payments WHERE status = 'created')
      ) - now())::float8 * 1000 AS ms`;
    return Math.min(LOOK_EVERY_MS, Math.max(0, row?.ms ?? LOOK_EVERY_MS));
  }

  async function lookOnce(): Promise<number> {
    try {
      await decideDue(sql);
      const room = AT_ONCE - underWay.size;
      if (room > 0) for (const delivery of await claim(sql, room)) track(deliver(delivery));
      // With all hands busy, whoever is done first looks again.
      return underWay.size >= AT_ONCE ? LOOK_EVERY_MS : await nextDueMs();
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'the books cannot be read');
      return LOOK_EVERY_MS;
    }
  }

  async function look(): Promise<void> {
    isLooking = true;
    isWoken = false;
    const waitMs = await lookOnce();
    isLooking = false;
    if (isStopped) return;
    timer = setTimeout(() => void look(), isWoken ? 0 : waitMs);
  }

  function wake(): void {
    isWoken = true;
    if (isLooking || isStopped) return;
    clearTimeout(timer);
    void look();
  }

  return {
    start() {
      isStopped = false;
      void look();
    },
    wake,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await Promise.allSettled(underWay);
    },
  };
}
