/** Reads the messages by which carts merge. Unreadable ones become failures that cannot wedge a cart. */
import type { MergeStrategy } from '../contract/operations.ts';
import type { AskedMerge } from './merge-taker.ts';
import type { Decided, Envelope, Kept, SurrenderAsked, Surrendered } from './messages.ts';
import { invalid, isField, requestOf } from './read-request.ts';

const STRATEGIES: readonly unknown[] = ['sum', 'max', 'guestWins', 'accountWins'] satisfies MergeStrategy[];

/** Guests only: a customer's cart is nobody else's. */
const GUEST = /^cart:g:[A-Za-z0-9_-]{1,200}$/;

type Fields = Record<string, unknown>;

const fieldsOf = (message: unknown): Fields =>
  typeof message === 'object' && message !== null ? (message as Fields) : {};

/** `handKey`: the key of a message that was sent by hand. */
export function readMerge(
  message: unknown,
  envelope: Envelope | undefined,
  handKey: () => string,
): AskedMerge {
  const { guest, strategy = 'sum' } = fieldsOf(message);
  if (typeof guest !== 'string' || !GUEST.test(guest)) throw invalid('merge: guest: "cart:g:…"');
  if (!STRATEGIES.includes(strategy)) throw invalid('merge: strategy: sum, max, guestWins or accountWins');
  const nothing = { atomic: true, operations: [] };
  const { atomic: _all, operations: _none, ...complete } = requestOf(nothing, envelope, handKey);
  return { guest, strategy: strategy as MergeStrategy, envelope: complete };
}

/** A message between carts whose named fields are short texts. */
function readTexts<Message>(message: unknown, ...names: (keyof Message & string)[]): Message {
  const fields = fieldsOf(message);
  for (const name of names) if (!isField(fields[name])) throw invalid(`${name}: a text`);
  return fields as Message;
}

export const readSurrenderAsked = (message: unknown): SurrenderAsked =>
  readTexts<SurrenderAsked>(message, 'ticket', 'to');

/** What it holds was made by another cart; only its ticket makes it welcome. */
export function readSurrendered(message: unknown): Surrendered {
  const read = readTexts<Surrendered>(message, 'ticket', 'from');
  if (!Array.isArray(fieldsOf(read.guest).lines)) throw invalid('guest: a cart');
  return read;
}

export const readKept = (message: unknown): Kept => readTexts<Kept>(message, 'ticket');

export const readDecided = (message: unknown): Decided => readTexts<Decided>(message, 'ticket', 'by');
