/** Abandonment as its parts know it: what a cart promises to send, and what it says when it is asked whether that still holds. */

/** A message that a cart wants sent. An episode is one absence of the shopper, named by the cart's version when they left. */
export interface RecoveryMessage {
  /** The cart's workflow, and the public id of the generation that was left. */
  workflowId: string;
  cartId: string;
  ownerHash: string;
  episode: number;
  /** 1 for the first message of the episode. */
  step: number;
  /** Epoch ms of what the shopper did last. */
  idleSince: number;
}

/** `promised`: it lies in the outbox. `noBasis`: nobody may be written to about this cart, so the episode has no messages. */
export type RecoveryPromise = 'promised' | 'noBasis';

/** The answer of the query `abandonment`. */
export interface AbandonmentView {
  cartId: string;
  status: string;
  /** The episode that the cart is in; absent while the shopper is there. */
  episode?: number;
  /** Messages promised in this episode. */
  step: number;
  /** No further message in this episode, and none that is still on its way. */
  isOver: boolean;
}

/** Identity of a recovery message in the outbox (purpose `recovery`), and of its mail. */
export const recoveryKey = ({
  cartId,
  episode,
  step,
}: Pick<RecoveryMessage, 'cartId' | 'episode' | 'step'>): string => `${cartId}:${episode}:${step}`;
