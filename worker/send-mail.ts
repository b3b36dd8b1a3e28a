/**
 * One promised mail: prepared, sent, settled. A worker may die at any line: before the server's 250 the next one sends it, after it the next
 * one sends it again under the same Message-ID.
 */
import type { PreparedMail } from '../activities/prepared-mail.ts';
import { raiseAlarm } from '../database/alarms.ts';
import { isUnavailable, type Sql } from '../database/client.ts';
import {
  type CancelReason,
  cancelMail,
  type DueMail,
  holdMail,
  markSent,
  postponeMail,
} from '../database/outbox.ts';
import { suppress } from '../database/suppressions.ts';
import type { Letter } from '../mail/letter.ts';
import type { Mailer } from '../mail/mailer.ts';
import { scrubAddresses, SmtpFailure } from '../mail/smtp-failure.ts';

/** `away`: the mail server, not the mail; others will fare no better. */
export type MailOutcome = 'sent' | 'cancelled' | 'postponed' | 'away' | 'lost';

export interface SendingParts {
  sql: Sql;
  mailer: Mailer;
  prepare: (mail: DueMail) => Promise<PreparedMail>;
  write: (mail: Extract<PreparedMail, { email: string }>) => Letter;
  /** Of an address, as in `suppressions`. */
  hashOf: (address: string) => string;
  record: (purpose: string, outcome: MailOutcome, reason?: string) => void;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** How long a worker has a mail for itself; longer than all that it does with it. */
  leaseMs: number;
  /** How long a mail server may take for one mail. */
  sendWithinMs: number;
}

const GIVE_UP_AFTER_MS = 72 * 60 * 60_000;

/** Tries of a mail that fails for a reason of ours. */
const TRIES_MAX = 10;

const NOTE_TRIES = 40;
const NOTE_PAUSE_MS = 500;

/** Grows by the tries, with a bound; never the same for many at once. */
function backoff(attempts: number, firstMs: number, mostMs: number): number {
  const delay = Math.min(mostMs, firstMs * 2 ** Math.min(20, attempts - 1));
  return delay * (0.75 + Math.random() / 2);
}

const soon = (attempts: number): number => backoff(attempts, 1_000, 20_000);
/** The sender waits as a whole; the mail need not wait much longer. */
const next = (attempts: number): number => backoff(attempts, 500, 4_000);
const later = (attempts: number): number => backoff(attempts, 30_000, 60 * 60_000);

async function cancel(
  { sql, record, log }: SendingParts,
  mail: DueMail,
  reason: CancelReason,
  detail?: string,
): Promise<MailOutcome> {
  if (!(await cancelMail(sql, mail, reason, detail))) return 'lost';
  record(mail.purpose, 'cancelled', reason);
  log.info(
    { purpose: mail.purpose, mail: mail.key, reason, ...(detail ? { detail } : {}) },
    'a mail is not sent',
  );
  return 'cancelled';
}

/** Somebody has to look: the alarm stands before the mail is settled. */
async function giveUp(parts: SendingParts, mail: DueMail, detail: string): Promise<MailOutcome> {
  const { purpose, key, attempts } = mail;
  await raiseAlarm(parts.sql, {
    kind: 'mail_given_up',
    subject: `${purpose}:${key}`,
    facts: { purpose, key, attempts, detail },
  });
  return cancel(parts, mail, 'gave_up', detail);
}

async function postpone(
  parts: SendingParts,
  mail: DueMail,
  delayMs: number,
  detail: string,
): Promise<MailOutcome> {
  if (mail.ageMs > GIVE_UP_AFTER_MS) return giveUp(parts, mail, detail);
  await postponeMail(parts.sql, mail, delayMs, detail);
  parts.record(mail.purpose, 'postponed');
  return 'postponed';
}

async function settleFailure(
  parts: SendingParts,
  mail: DueMail,
  { verdict, message }: SmtpFailure,
  addressHash: string,
): Promise<MailOutcome> {
  const { purpose, key, attempts } = mail;
  if (verdict === 'refused') return cancel(parts, mail, 'refused', message);
  if (verdict === 'unknown_address') {
    // Before the mail is settled: who dies here leaves it to the next one, who hears the same.
    await suppress(parts.sql, {
      addressHash,
      reason: 'bounced',
      proof: { message: `${purpose}:${key}`, answer: message },
    });
    parts.record(purpose, 'cancelled', 'bounced');
    await cancelMail(parts.sql, mail, 'unknown_address', message);
    return 'cancelled';
  }
  parts.log.warn({ purpose, mail: key, attempts, reason: message }, 'a mail could not be handed over');
  if (verdict === 'later') return postpone(parts, mail, later(attempts), message);
  const outcome = await postpone(parts, mail, next(attempts), message);
  return outcome === 'postponed' ? 'away' : outcome;
}

/** It has gone: with the database away for a moment, this is worth some patience, or the mail goes twice. */
async function noteSent({ sql, record }: SendingParts, mail: DueMail, stopping: AbortSignal): Promise<void> {
  record(mail.purpose, 'sent');
  for (let left = NOTE_TRIES; ; left -= 1) {
    try {
      return await markSent(sql, mail);
    } catch (error) {
      if (left === 0 || stopping.aborted || !isUnavailable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, NOTE_PAUSE_MS));
    }
  }
}

async function deliver(
  parts: SendingParts,
  mail: DueMail,
  prepared: Extract<PreparedMail, { email: string }>,
  stopping: AbortSignal,
): Promise<MailOutcome> {
  const { sql, mailer, leaseMs, sendWithinMs } = parts;
  const { purpose, key } = mail;
  const letter = parts.write(prepared);
  if (!(await holdMail(sql, mail, leaseMs))) return 'lost';
  const signal = AbortSignal.any([AbortSignal.timeout(sendWithinMs), stopping]);
  try {
    await mailer.send({ to: prepared.email, purpose, key, letter }, signal);
  } catch (error) {
    if (stopping.aborted) return postpone(parts, mail, 0, 'The worker stopped while it was sending.');
    if (!(error instanceof SmtpFailure)) throw new Error(scrubAddresses(String(error), [prepared.email]));
    return settleFailure(parts, mail, error, parts.hashOf(prepared.email));
  }
  await noteSent(parts, mail, stopping);
  return 'sent';
}

/** Rejects when PostgreSQL is away, or by a mistake of ours: `failMail` is for that. */
export async function sendMail(
  parts: SendingParts,
  mail: DueMail,
  stopping: AbortSignal,
): Promise<MailOutcome> {
  const prepared = await parts.prepare(mail);
  if (prepared.kind === 'cancelled') return cancel(parts, mail, prepared.reason);
  if (prepared.kind === 'postponed') return postpone(parts, mail, prepared.delayMs, prepared.detail);
  return deliver(parts, mail, prepared, stopping);
}

/** A mail that fails for a reason of ours, or because a part of ours is away, is tried again, not for ever. */
export async function failMail(
  parts: SendingParts,
  mail: DueMail,
  error: unknown,
  isOutage: boolean,
): Promise<MailOutcome> {
  const reason = scrubAddresses(String(error));
  parts.log.warn({ purpose: mail.purpose, mail: mail.key, attempts: mail.attempts, reason }, 'a mail failed');
  if (!isOutage && mail.attempts >= TRIES_MAX) return giveUp(parts, mail, reason);
  return postpone(parts, mail, soon(mail.attempts), reason);
}
