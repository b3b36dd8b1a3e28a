/**
 * The sending of mails, in this process: a real PostgreSQL, the real test inbox by SMTP, the real sender. Carts answer as a test says; the
 * whole path with real carts is driven in tests/e2e.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createActivities } from '../../activities/create-activities.ts';
import { prepareConfirmationMail } from '../../activities/prepare-confirmation-mail.ts';
import { prepareRecoveryMail, type RecoveryMailParts } from '../../activities/prepare-recovery-mail.ts';
import { type AbandonmentView, type RecoveryMessage, recoveryKey } from '../../contract/abandonment.ts';
import type { CartLine } from '../../cart/state.ts';
import type { Sql } from '../../database/client.ts';
import type { DueMail } from '../../database/outbox.ts';
import { createLinkTokens } from '../../mail/link-tokens.ts';
import { createMailer } from '../../mail/mailer.ts';
import { loadTexts } from '../../mail/texts.ts';
import { type InboxMail, type InboxStore, openInboxStore } from '../../test-inbox/store.ts';
import { createSmtpServer } from '../../test-inbox/take-mails.ts';
import { startSendingMails, type MailSender, type SenderOptions } from '../../worker/send-mails.ts';
import { writeLetter } from '../../worker/write-letter.ts';
import { createTestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { SHOP } from './letters.ts';
import { aLine, aPublication, aState } from './publication.ts';

export const LINK_KEY = `k1:${Buffer.alloc(32, 7).toString('base64url')}`;

/** A cart that its shopper has left, with a promised mail. */
export interface LeftCart extends RecoveryMessage {
  email: string;
  key: string;
}

export interface LeaveOptions {
  lines?: readonly CartLine[];
  locale?: string;
  timeZone?: string;
  /** False: an address without consent. */
  hasConsent?: boolean;
  step?: number;
  /** Milliseconds from now at which the mail is due; and how long ago it was promised. */
  dueInMs?: number;
  ageMs?: number;
  email?: string;
}

export interface OutboxRow {
  key: string;
  attempts: number;
  isSent: boolean;
  reason: string | null;
  lastError: string | null;
  dueInMs: number;
}

export interface MailRoom {
  sql: Sql;
  url: string;
  inbox: InboxStore;
  smtpUrl: string;
  /** What the carts of workflows say; absent: that their mail holds. */
  answers: Map<string, AbandonmentView | 'gone' | Error>;
  recorded: { purpose: string; outcome: string; reason?: string }[];
  logged: string[];
  leave(options?: LeaveOptions): Promise<LeftCart>;
  promise(cart: LeftCart, step: number): Promise<LeftCart>;
  parts(more?: Partial<SenderOptions>): SenderOptions;
  start(more?: Partial<SenderOptions>): MailSender;
  row(key: string): Promise<OutboxRow>;
  /** The row, once it is sent or cancelled. */
  settled(key: string): Promise<OutboxRow>;
  mailsTo(email: string): InboxMail[];
  /** Stops the senders, empties inbox and outbox. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

async function listenForMails(store: InboxStore): Promise<{ smtpUrl: string; close(): Promise<void> }> {
  const smtp = createSmtpServer(store);
  // A client that leaves in the middle is what some tests are about.
  smtp.on('error', () => undefined);
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const { port } = smtp.server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => smtp.close(resolve));
  return { smtpUrl: `smtp://127.0.0.1:${port}`, close };
}

const TABLES = ['outbox', 'contacts', 'suppressions', 'carts', 'alarms', 'order_contacts'];

/** With the test catalogue. */
export async function openMailRoom(recovery: Partial<RecoveryMailParts> = {}): Promise<MailRoom> {
  const database = await createTestDatabase({ catalogue: 'test' });
  const { sql, url } = database;
  const inbox = await openInboxStore(undefined);
  const smtp = await listenForMails(inbox);
  const activities = createActivities({ sql });
  const { smtpUrl } = smtp;
  const senders = new Set<MailSender>();
  const tokens = createLinkTokens({ keys: [LINK_KEY], now: Date.now });
  const letters = {
    texts: loadTexts(),
    shop: SHOP,
    locale: 'en-GB',
    apiUrl: 'https://api.shop.example/',
    tokens,
    recoveryLinkLifeMs: 7 * 86_400_000,
  };

  async function askCart(workflowId: string): Promise<AbandonmentView | 'gone'> {
    const answer = room.answers.get(workflowId);
    if (answer instanceof Error) throw answer;
    if (answer) return answer;
    const [row] = await sql<{ cartId: string; episode: number; step: number }[]>`
      SELECT cart_id AS "cartId", (payload->>'episode')::int AS episode, (payload->>'step')::int AS step
      FROM outbox WHERE payload->>'workflowId' = ${workflowId} ORDER BY step DESC LIMIT 1`;
    return row ? { ...row, status: 'active', isOver: false } : 'gone';
  }

  const prepare = (mail: DueMail) =>
    mail.purpose === 'recovery'
      ? prepareRecoveryMail({ sql, askCart, ...recovery }, mail)
      : prepareConfirmationMail({ sql }, mail);

  const promise = async (cart: LeftCart, step: number, dueInMs = 0, ageMs = 0): Promise<LeftCart> => {
    const { email: _email, key: _key, ...message } = { ...cart, step };
    const key = recoveryKey(message);
    await sql`
      INSERT INTO outbox (purpose, key, payload, owner_hash, cart_id, due_at, created_at)
      VALUES ('recovery', ${key}, ${JSON.stringify(message)}::text::jsonb, ${cart.ownerHash}, ${cart.cartId},
        now() + ${dueInMs} * interval '1 millisecond', now() - ${ageMs} * interval '1 millisecond')`;
    return { ...cart, step, key };
  };

  const room: MailRoom = {
    sql,
    url,
    inbox,
    smtpUrl,
    answers: new Map(),
    recorded: [],
    logged: [],
    promise,
    async leave(options = {}) {
      const { lines = [aLine()], hasConsent = true, locale, timeZone, step = 1, dueInMs, ageMs } = options;
      const id = randomUUID();
      const ownerHash = `owner-${id}`;
      const email = options.email ?? `shopper-${id}@shopper.example`;
      const message = {
        workflowId: `cart:g:${id}`,
        cartId: `cart-${id}`,
        ownerHash,
        episode: 3,
        step,
        idleSince: 1,
      };
      const state = aState({ cartId: message.cartId, ownerHash, version: 3, lines });
      await activities.publishCart(aPublication(state, { workflowId: message.workflowId }));
      const contactId = Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
      await sql`
        INSERT INTO contacts (owner_hash, contact_id, owner_kind, email, address_hash, locale, time_zone, consent_at, consent_source)
        VALUES (${ownerHash}, ${contactId}, 'guest', ${email}, ${`hash of ${email}`}, ${locale ?? null}, ${timeZone ?? null},
          ${hasConsent ? new Date() : null}, ${hasConsent ? 'contact' : null})`;
      return promise({ ...message, email, key: '' }, step, dueInMs, ageMs);
    },
    parts: (more = {}) => ({
      sql,
      mailer: createMailer({ smtpUrl, from: { address: 'orders@shop.example' }, answerWithinMs: 2_000 }),
      prepare,
      write: (mail) => writeLetter(letters, mail),
      hashOf: (address) => `hash of ${address}`,
      record: (purpose, outcome, reason) =>
        void room.recorded.push({ purpose, outcome, ...(reason === undefined ? {} : { reason }) }),
      log: {
        info: (...line) => void room.logged.push(JSON.stringify(line)),
        warn: (...line) => void room.logged.push(JSON.stringify(line)),
      },
      leaseMs: 45_000,
      sendWithinMs: 5_000,
      concurrency: 8,
      pollMs: 20,
      ...more,
    }),
    start(more) {
      const options = room.parts(more);
      const sender = startSendingMails(options);
      const stopping: MailSender = {
        async stop(withinMs) {
          senders.delete(stopping);
          await sender.stop(withinMs);
          options.mailer.close();
        },
      };
      senders.add(stopping);
      return stopping;
    },
    async row(key) {
      const [row] = await sql<OutboxRow[]>`
        SELECT key, attempts, sent_at IS NOT NULL AS "isSent", reason, last_error AS "lastError",
          (extract(epoch FROM due_at - now()) * 1000)::int AS "dueInMs"
        FROM outbox WHERE key = ${key}`;
      if (!row) throw new Error(`${key} was never promised.`);
      return row;
    },
    settled: (key) =>
      eventually(async () => {
        const row = await room.row(key);
        return (row.isSent || row.reason !== null) && row;
      }),
    mailsTo: (email) => inbox.list().filter(({ to }) => to.includes(email)),
    async clear() {
      await Promise.all([...senders].map((sender) => sender.stop(0)));
      inbox.clear();
      room.answers.clear();
      room.recorded.length = 0;
      room.logged.length = 0;
      await sql.unsafe(`TRUNCATE ${TABLES.join(', ')}`);
    },
    async close() {
      await room.clear();
      await smtp.close();
      await database.drop();
    },
  };
  return room;
}
