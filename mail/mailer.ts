/**
 * Sends letters by SMTP. Each has a Message-ID made from what it is for, so that a mail that is sent twice, because a worker died between
 * the server's 250 and our note of it, is one mail for mail programs that look.
 */
import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { Letter } from './letter.ts';
import { oneLine } from './letter.ts';
import { renderHtml } from './render-html.tsx';
import { renderText } from './render-text.ts';
import { SmtpFailure, toSmtpFailure } from './smtp-failure.ts';

export interface Mailbox {
  name?: string;
  address: string;
}

export interface OutgoingMail {
  to: string;
  /** Together: what the mail is for, as in the outbox. */
  purpose: string;
  key: string;
  letter: Letter;
}

export interface Mailer {
  /** Resolves when the server has taken it. Rejects with `SmtpFailure`. */
  send(mail: OutgoingMail, signal?: AbortSignal): Promise<void>;
  /** Ends the connections; what is being sent fails as `away`. */
  close(): void;
}

export interface MailerOptions {
  smtpUrl: string;
  from: Mailbox;
  /** Connections to the mail server (default 5). */
  maxConnections?: number;
  /** Milliseconds for each answer of the server (default 20 s). */
  answerWithinMs?: number;
}

/** Always the same for the same purpose and key. */
export function messageIdOf(purpose: string, key: string, from: Mailbox): string {
  const digest = createHash('sha256').update(`${purpose}\n${key}`).digest('hex').slice(0, 32);
  return `<${purpose.replaceAll(/[^a-z]+/g, '-')}.${digest}@${from.address.split('@')[1]}>`;
}

/** RFC 8058 (one click), RFC 2919 (list), RFC 3834 (made by a machine). `prepared`: no folding inside an address. */
function headersOf({ letter, purpose }: OutgoingMail, { from }: MailerOptions) {
  const domain = from.address.split('@')[1];
  const automatic = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };
  if (!letter.unsubscribe) return automatic;
  return {
    ...automatic,
    Precedence: 'bulk',
    'List-Id': { prepared: true, value: `<${purpose.replaceAll(/[^a-z]+/g, '-')}.${domain}>` },
    'List-Unsubscribe': { prepared: true, value: `<${letter.unsubscribe.url}>` },
    'List-Unsubscribe-Post': { prepared: true, value: 'List-Unsubscribe=One-Click' },
  };
}

/** Whole, as nodemailer takes it: plain text first, HTML after it (multipart/alternative). */
export function toMessage(mail: OutgoingMail, options: MailerOptions) {
  const { from } = options;
  const { letter } = mail;
  return {
    from: { name: oneLine(from.name ?? letter.shop.name, 60), address: from.address },
    to: { name: '', address: mail.to },
    envelope: { from: from.address, to: mail.to },
    subject: oneLine(letter.subject),
    messageId: messageIdOf(mail.purpose, mail.key, from),
    headers: headersOf(mail, options),
    text: renderText(letter),
    html: renderHtml(letter),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Opens no connection yet. The URL's scheme decides about TLS: `smtps` from the start, `smtp` where the server offers it. */
export function createMailer(options: MailerOptions): Mailer {
  const { smtpUrl, maxConnections = 5, answerWithinMs = 20_000 } = options;
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections,
    // A connection that breaks in the middle of a mail: whether it is sent again is not for the pool to decide.
    maxRequeues: 0,
    connectionTimeout: Math.min(10_000, answerWithinMs),
    greetingTimeout: Math.min(10_000, answerWithinMs),
    socketTimeout: answerWithinMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  return {
    async send(mail, signal) {
      const message = toMessage(mail, options);
      try {
        await transport.sendMail({ ...message, ...(signal ? { signal } : {}) });
      } catch (error) {
        if (signal?.aborted) throw new SmtpFailure('later', 'The mail server did not take it in time.');
        throw toSmtpFailure(error, mail.to);
      }
    },
    close: () => transport.close({ force: true }),
  };
}
