/** The confirmation of an order: the order as it was placed, to the address that its checkout was given. */
import type { Sql } from '../database/client.ts';
import { readRecipient } from '../database/contacts.ts';
import { readContact } from '../database/order-contacts.ts';
import { findOrder } from '../database/order-views.ts';
import { findOrderOwner } from '../database/orders.ts';
import type { DueMail } from '../database/outbox.ts';
import { cancelled, type PreparedMail } from './prepared-mail.ts';

/** It goes out whatever was said about reminders: it is part of the purchase. Rejects when PostgreSQL does not answer. */
export async function prepareConfirmationMail({ sql }: { sql: Sql }, mail: DueMail): Promise<PreparedMail> {
  const { orderId, checkoutId } = mail.payload as { orderId: string; checkoutId: string };
  const [order, contact, ownerHash] = await Promise.all([
    findOrder(sql, { checkoutId }, orderId),
    readContact(sql, checkoutId),
    findOrderOwner(sql, orderId),
  ]);
  if (!order || ownerHash === undefined) return cancelled('no_order');
  if (contact?.email === undefined) return cancelled('no_address');
  const recipient = await readRecipient(sql, ownerHash);
  return { kind: 'confirmation', email: contact.email, locale: recipient?.locale ?? null, order };
}
