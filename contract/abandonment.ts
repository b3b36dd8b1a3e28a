/** Abandonment as its parts know it: what a cart promises to send, and what it says when it is asked whether that still holds. */

/**
 * A message that a cart wants sent. An episode is one absence of the shopper, named by the cart's version when they left. What the shop
 * does to the cart meanwhile (prices, withdrawn lines, locks) raises its version and begins no other episode: compare episodes, never an
 * episode with a version of today.
 */
export interface RecoveryMessage {
  /** The cart's workflow, and the public id of the generation that was left. */
  workflowId: string;
  cartId: string;
  ownerHash: string;
  /** Unique within a workflow's life; a return that left no change makes the next one's name one higher than the version. */
  episode: number;
  /** 1 for the first message of the episode. */
  step: number;
  /** Epoch ms of what the shopper did last. */
  idleSince: number;
}

/** `promised`: it lies in the outbox. `noBasis`: nobody may be written to about this cart, so the episode has no messages. */
export type RecoveryPromise = 'promised' | 'noBasis';

/**
 * The answer of the query `abandonment`. A promised message still holds exactly when `cartId` and `episode` are its own and `isOver` is
 * false. The row of the read model may say no earlier: another cart_id, a status other than `active`, or an abandoned_at that is not the
 * message's `idleSince`; only the cart itself says yes.
 */
export interface AbandonmentView {
  cartId: string;
  status: string;
  /** The episode that the cart is in; absent while the shopper is there, and while nothing may be sent (checkout, lock, merge, no lines). */
  episode?: number;
  /** Messages promised in this episode. */
  step: number;
  /** No further message in this episode, and none that is still on its way. */
  isOver: boolean;
}

/** The message that a link stood in, and to whom it went. No personal data. */
export interface MailedLink extends Pick<RecoveryMessage, 'cartId' | 'episode' | 'step'> {
  /** `contacts.contact_id` of the recipient. */
  contactId: string;
}

/** Argument of the signal `recovered`: the message whose link was used. */
export interface UsedLink {
  /** Where it is given, another generation is left alone. */
  cartId?: string;
  episode: number;
  step: number;
}

/** Argument of the signal `stopRecovery`. */
export interface StopRecovery {
  reason: 'unsubscribed' | 'erased';
}

/** Identity of a recovery message in the outbox (purpose `recovery`), and of its mail. */
export const recoveryKey = ({
  cartId,
  episode,
  step,
}: Pick<RecoveryMessage, 'cartId' | 'episode' | 'step'>): string => `${cartId}:${episode}:${step}`;
