/** The gateway's part for merges: asks a customer's cart to take over a guest's, and looks what has become of that one. */
import { type Client, WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import type { CartRequest, MergeStrategy, Receipt } from '../contract/operations.ts';
import type { Config } from '../config.ts';
import type { cartWorkflow } from '../workflows/cart-workflow.ts';
import * as messages from '../workflows/messages.ts';
import { CART_STATUS } from '../workflows/search-attributes.ts';
import { cartStart } from './cart-start.ts';
import type { CartOwner } from './carts.ts';
import type { Insist } from './insist.ts';
import { isNoCart, receiptsOfFailure } from './temporal-errors.ts';

/** Key, fingerprint and so on: as for any write. */
export type MergeRequest = Omit<CartRequest, 'atomic' | 'operations'> & { strategy: MergeStrategy };

/** `successor`: workflow id of the customer's cart. `ended`: expired, or stopped by an operator. */
export type CartFate = { is: 'absent' | 'alive' | 'ended' } | { is: 'merged'; successor: string | undefined };

export interface Merging {
  /**
   * Takes the guest's cart over, exactly once whoever asks and however often, and makes the customer's cart where there is none. A
   * receipt without outcomes and without refusal: there was nothing to merge. Rejects with `deadline_exceeded` while the guest's cart
   * has not answered: the merge goes on, and the same request finds its outcome.
   */
  merge(owner: CartOwner, guest: CartOwner, request: MergeRequest): Promise<Receipt>;
  /** The same as a signal: returns once Temporal has it for good; see `queryStatus`. */
  mergeAsync(owner: CartOwner, guest: CartOwner, request: MergeRequest): Promise<void>;
  fateOf(owner: CartOwner): Promise<CartFate>;
  /** Returns when the cart has ended, or after `patienceMs`. Never rejects: it is only for readers to see the end. */
  untilEnded(owner: CartOwner, patienceMs: number): Promise<void>;
}

export interface MergingPlace {
  client: Client;
  taskQueue: string;
  config: Config;
  insist: Insist;
}

const READ_DEADLINE_MS = 2_000;

export class CartMerging implements Merging {
  readonly #place: MergingPlace;

  constructor(place: MergingPlace) {
    this.#place = place;
  }

  merge(owner: CartOwner, guest: CartOwner, request: MergeRequest): Promise<Receipt> {
    const { client, config, insist } = this.#place;
    const args = argsOf(guest, request);
    const send = async (): Promise<Receipt> => {
      try {
        return await client.workflow.executeUpdateWithStart(messages.mergeUpdate, {
          args,
          // Of this attempt: a refusal is kept under its id for as long as the run lasts, and must not answer the next attempt.
          updateId: `merge:${request.attempt}`,
          startWorkflowOperation: new WithStartWorkflowOperation<typeof cartWorkflow>('cartWorkflow', {
            ...this.#startOf(owner),
            workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
          }),
        });
      } catch (error) {
        const [receipt] = receiptsOfFailure(error) ?? [];
        if (receipt) return receipt;
        throw error;
      }
    };
    return insist(send, config.REQUEST_DEADLINE);
  }

  async mergeAsync(owner: CartOwner, guest: CartOwner, request: MergeRequest): Promise<void> {
    const { client, config, insist } = this.#place;
    const signalArgs = argsOf(guest, request);
    await insist(
      () =>
        client.workflow.signalWithStart('cartWorkflow', {
          ...this.#startOf(owner),
          signal: messages.mergeSignal,
          signalArgs,
        }),
      config.REQUEST_DEADLINE,
    );
  }

  async fateOf(owner: CartOwner): Promise<CartFate> {
    const { client, insist } = this.#place;
    const handle = client.workflow.getHandle(owner.workflowId);
    try {
      const { status, typedSearchAttributes, memo } = await insist(() => handle.describe(), READ_DEADLINE_MS);
      if (status.name === 'RUNNING') return { is: 'alive' };
      if (typedSearchAttributes.get(CART_STATUS) !== 'merged') return { is: 'ended' };
      const successor = memo?.[messages.SUCCESSOR];
      return { is: 'merged', successor: typeof successor === 'string' ? successor : undefined };
    } catch (error) {
      if (isNoCart(error)) return { is: 'absent' };
      throw error;
    }
  }

  async untilEnded(owner: CartOwner, patienceMs: number): Promise<void> {
    const { client } = this.#place;
    const handle = client.workflow.getHandle(owner.workflowId);
    await client.connection
      .withDeadline(Date.now() + patienceMs, () => handle.result())
      .catch(() => undefined);
  }

  #startOf(owner: CartOwner) {
    return cartStart(owner, this.#place.config, this.#place.taskQueue);
  }
}

function argsOf(guest: CartOwner, { strategy, ...envelope }: MergeRequest) {
  const args: [messages.Merge, messages.Envelope] = [{ guest: guest.workflowId, strategy }, envelope];
  return args;
}
