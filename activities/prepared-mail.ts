/** What is found out about a promised mail right before it is sent: to whom it goes and what stands in it, or why it does not go. */
import type { MailedLink } from '../contract/abandonment.ts';
import type { CurrentLine } from '../contract/cart-view.ts';
import type { OrderView } from '../contract/orders.ts';
import type { CancelReason } from '../database/outbox.ts';

export interface PreparedRecovery extends MailedLink {
  kind: 'recovery';
  email: string;
  addressHash: string;
  locale: string | null;
  currency: string;
  lines: CurrentLine[];
}

export interface PreparedConfirmation {
  kind: 'confirmation';
  email: string;
  locale: string | null;
  order: OrderView;
}

export interface CancelledMail {
  kind: 'cancelled';
  reason: CancelReason;
}

/** Not now: after `delayMs`, look again. */
export interface PostponedMail {
  kind: 'postponed';
  delayMs: number;
  detail: string;
}

export type PreparedMail = PreparedRecovery | PreparedConfirmation | CancelledMail | PostponedMail;

export const cancelled = (reason: CancelReason): CancelledMail => ({ kind: 'cancelled', reason });
