/**
 * When a shopper has left, and what is due then. An absence begins with what the shopper did last; what the shop does to the cart raises
 * its version and begins no other absence. All instants in epoch ms. docs/concepts/abandonment.md has the table.
 */
import type { AbandonmentView, StopRecovery, UsedLink } from '../contract/abandonment.ts';
import type { Absence, CartPolicy, CartState } from './state.ts';

export type RecoveryPolicy = Pick<CartPolicy, 'recoveryDelaysMs'>;

/** The absence that the cart is in. The state keeps one only where it does not follow from the last change. */
export const absenceOf = ({ absence, version, updatedAt }: CartState): Absence =>
  absence ?? { episode: version, since: updatedAt, step: 0 };

/** Names that messages may have been sent under are not used again. */
const nameAfter = (state: CartState, version: number): number =>
  state.absence ? Math.max(version, state.absence.episode + 1) : version;

/** After a change that the shopper made: whatever absence there was is over. */
export function shopperActed(before: CartState, after: CartState): CartState {
  const episode = nameAfter(before, after.version);
  const { absence: _over, ...there } = after;
  return episode === after.version
    ? there
    : { ...there, absence: { episode, since: after.updatedAt, step: 0 } };
}

/** After a change that the shop made: the shopper has still been away since then. */
export const shopActed = (before: CartState, after: CartState): CartState => ({
  ...after,
  absence: absenceOf(before),
});

/** Without an absence: of carts that begin, and of those that have ended. */
export function withoutAbsence<State extends CartState>(state: State): Omit<State, 'absence'> {
  const { absence: _none, ...rest } = state;
  return rest;
}

/** Epoch ms since when the shopper has been away, once the first delay has passed. */
export const abandonedSince = ({ absence, status, lines }: CartState): number | undefined =>
  absence?.isMarked && status === 'active' && lines.length > 0 ? absence.since : undefined;

/** The cart has something to say about its absence that the row does not show yet. */
export const isRowBehind = ({ absence }: CartState): boolean =>
  absence !== undefined &&
  (absence.shown !== undefined ||
    (absence.isMarked === true && absence.promisedAt === undefined && absence.over === undefined));

/** Whether anything may be sent about the cart as it is. */
const isOpen = ({ status, lines, lock, surrender }: CartState): boolean =>
  status === 'active' && lines.length > 0 && !lock && !surrender;

export interface DueMessage {
  at: number;
  /** 1 for the first. */
  step: number;
  /** How many there are in an episode. */
  of: number;
}

/**
 * The next message of the episode. What was held up (by a lock, by an outage) does not bunch: between two messages there is at least half
 * of the time that there should be.
 */
export function nextMessage(
  state: CartState,
  { recoveryDelaysMs: delays = [] }: RecoveryPolicy,
): DueMessage | undefined {
  const { since, step, promisedAt, over } = absenceOf(state);
  const delay = delays[step];
  if (delay === undefined || over || !isOpen(state)) return undefined;
  const gap = (delay - (delays[step - 1] ?? 0)) / 2;
  const at = promisedAt === undefined ? since + delay : Math.max(since + delay, promisedAt + gap);
  return { at, step: step + 1, of: delays.length };
}

/** The first delay has passed: the cart counts as abandoned. No new version: a tab that comes back still knows it. */
export const mark = (state: CartState): CartState => ({
  ...state,
  absence: { ...absenceOf(state), isMarked: true },
});

/** One more message lies in the outbox. */
export function noteMessage(state: CartState, now: number): CartState {
  const absence = absenceOf(state);
  return { ...state, absence: { ...absence, step: absence.step + 1, promisedAt: now } };
}

/** No (further) messages in this absence. Called again, the first reason stays. */
export function stopMessages(state: CartState, reason: NonNullable<Absence['over']>): CartState {
  const absence = absenceOf(state);
  if (state.status !== 'active' || absence.over) return state;
  return { ...state, absence: { ...absence, over: reason } };
}

/** Unsubscribed, or forgotten. */
export const stopRecovery = (state: CartState, { reason }: StopRecovery): CartState =>
  stopMessages(state, reason);

/** The shopper was there and changed nothing: gave an address. A row that shows the absence has to be told. */
export function visit(state: CartState, now: number): CartState {
  if (state.status !== 'active' || state.surrender) return state;
  const { absence } = state;
  const since = Math.max(now, state.updatedAt);
  const shown = absence?.isMarked ? absence.since : absence?.shown;
  const episode = absence?.isMarked ? nameAfter(state, state.version) : absenceOf(state).episode;
  return { ...state, absence: { episode, since, step: 0, ...(shown === undefined ? {} : { shown }) } };
}

/** The row does not show the former absence any more. */
export function noteCleared(state: CartState): CartState {
  if (!state.absence) return state;
  const { shown: _cleared, ...absence } = state.absence;
  return { ...state, absence };
}

/**
 * The link of a message was used, perhaps for another cart of the same person: no more messages until this cart changes. An abandoned cart
 * is one version on, for the trail. Used again, nothing happens.
 */
export function recoverByLink(state: CartState, link: UsedLink, now: number): CartState {
  const isOther = link.cartId !== undefined && link.cartId !== state.cartId;
  if (isOther || state.status !== 'active' || state.surrender) return state;
  if (abandonedSince(state) === undefined) return stopMessages(state, 'recovered');
  const version = state.version + 1;
  const updatedAt = Math.max(now, state.updatedAt);
  const episode = nameAfter(state, version);
  return { ...state, version, updatedAt, absence: { episode, since: updatedAt, step: 0, over: 'recovered' } };
}

/** For whoever is about to send a message. */
export function abandonmentView(state: CartState): AbandonmentView {
  const { episode, step, over, isMarked } = absenceOf(state);
  const { cartId, status } = state;
  const isAway = isMarked && isOpen(state);
  return { cartId, status, ...(isAway ? { episode } : {}), step, isOver: over !== undefined };
}
