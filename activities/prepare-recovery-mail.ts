/**
 * Looks again, right before a recovery mail goes: at the person, at the orders, and then at the cart itself, whose workflow is the one that
 * also takes orders. What the mail shows is read last.
 */
import type { AbandonmentView, RecoveryMessage } from '../contract/abandonment.ts';
import type { CartView } from '../contract/cart-view.ts';
import { currentLines } from '../cart/current-lines.ts';
import { outOfQuietHours, type QuietHours } from '../cart/quiet-hours.ts';
import { readFacts } from '../database/catalogue.ts';
import type { Sql } from '../database/client.ts';
import { type Recipient, readRecipient } from '../database/contacts.ts';
import type { DueMail } from '../database/outbox.ts';
import { readRecoveryFacts, type RecoveryFacts } from '../database/recovery-facts.ts';
import { type CancelledMail, cancelled, type PostponedMail, type PreparedMail } from './prepared-mail.ts';

export interface RecoveryMailParts {
  sql: Sql;
  /** Asks the cart's workflow. `gone`: there is none. Rejects when nobody answers. */
  askCart: (workflowId: string) => Promise<AbandonmentView | 'gone'>;
  /** Undefined: mails go out at any time. */
  quietHours?: QuietHours;
  /** Of the shop, for people whose own is not known. */
  timeZone?: string;
}

/** A mail that is later than this gives way to the next one of the same absence. */
const LATE_MS = 60 * 60_000;

function judgeRecipient(
  recipient: Recipient | undefined,
  promised: string | null,
): CancelledMail | undefined {
  if (!recipient) return cancelled('no_contact');
  if (recipient.isSuppressed) return cancelled('suppressed');
  if (!recipient.basis) return cancelled('no_basis');
  if (promised !== null && promised !== recipient.addressHash) return cancelled('contact_changed');
  return undefined;
}

function judgeFacts(
  facts: RecoveryFacts,
  message: RecoveryMessage,
  ageMs: number,
): CancelledMail | undefined {
  if (facts.isOrdered) return cancelled('ordered');
  if (facts.cartId !== message.cartId || facts.status !== 'active') return cancelled('cart_changed');
  if (facts.isNextDue && ageMs > LATE_MS) return cancelled('superseded');
  return undefined;
}

function judgeCart(answer: AbandonmentView | 'gone', message: RecoveryMessage): CancelledMail | undefined {
  if (answer === 'gone' || answer.cartId !== message.cartId || answer.status !== 'active')
    return cancelled('cart_changed');
  return answer.isOver || answer.episode !== message.episode ? cancelled('episode_over') : undefined;
}

/** It was due outside of quiet hours; a mail server that was away may have held it up into them. */
function judgeHour(
  { quietHours, timeZone }: RecoveryMailParts,
  recipient: Recipient | undefined,
): PostponedMail | undefined {
  if (!quietHours) return undefined;
  const now = Date.now();
  const delayMs = outOfQuietHours(now, quietHours, [recipient?.timeZone, timeZone]) - now;
  return delayMs > 0 ? { kind: 'postponed', delayMs, detail: 'quiet hours' } : undefined;
}

/** Rejects when PostgreSQL or the cart does not answer. */
export async function prepareRecoveryMail(parts: RecoveryMailParts, mail: DueMail): Promise<PreparedMail> {
  const { sql, askCart } = parts;
  const message = mail.payload as RecoveryMessage;
  const [recipient, facts] = await Promise.all([
    readRecipient(sql, message.ownerHash),
    readRecoveryFacts(sql, message),
  ]);
  const early =
    judgeRecipient(recipient, mail.addressHash) ??
    judgeFacts(facts, message, mail.ageMs) ??
    judgeHour(parts, recipient);
  if (early) return early;
  const late = judgeCart(await askCart(message.workflowId), message);
  if (late) return late;
  const view = JSON.parse(facts.view as string) as CartView;
  const skus = view.lines.map(({ sku }) => sku);
  const lines = currentLines(view, await readFacts(sql, skus));
  if (!lines.some(({ isAvailable }) => isAvailable)) return cancelled('nothing_available');
  const { email, addressHash, locale, contactId } = recipient as Recipient;
  const { cartId, episode, step } = message;
  return {
    kind: 'recovery',
    email,
    addressHash,
    locale,
    contactId,
    cartId,
    episode,
    step,
    currency: view.currency,
    lines,
  };
}
