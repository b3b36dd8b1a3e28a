/**
 * The gateway's part for abandonment: tells a cart what its shopper has done outside of it. A cart that is not there need not be told:
 * that is no fault, and nothing comes into being.
 */
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { StopRecovery, UsedLink } from '../contract/abandonment.ts';
import * as messages from '../workflows/messages.ts';
import type { CartsPlace } from './carts.ts';
import { createInsist, type Insist } from './insist.ts';
import type { ApiMetrics } from './metrics.ts';
import { isNoCart } from './temporal-errors.ts';

/** All answer whether there was a cart to tell, and reject with a Problem when Temporal does not answer. Told twice, a cart does nothing twice. */
export interface RecoverySignals {
  /** An address was given, or consent: somebody is there. Save it before. */
  contactGiven(workflowId: string): Promise<boolean>;
  /** The link of a message was used. */
  recovered(workflowId: string, by: UsedLink): Promise<boolean>;
  /** No further message in this absence. */
  stopRecovery(workflowId: string, reason: StopRecovery['reason']): Promise<boolean>;
}

const PATIENCE_MS = 2_000;

/** The database is what the sender of mails obeys; whoever erases or unsubscribes does not wait long for Temporal. */
const OUTAGE_PATIENCE_MS = 500;

export const createRecoverySignals = ({ client }: CartsPlace, metrics: ApiMetrics): RecoverySignals =>
  new TemporalRecoverySignals(client, createInsist(client, metrics));

class TemporalRecoverySignals implements RecoverySignals {
  readonly #client: Client;
  readonly #insist: Insist;

  constructor(client: Client, insist: Insist) {
    this.#client = client;
    this.#insist = insist;
  }

  contactGiven(workflowId: string): Promise<boolean> {
    return this.#tell(workflowId, (cart) => cart.signal(messages.contactGivenSignal));
  }

  recovered(workflowId: string, by: UsedLink): Promise<boolean> {
    return this.#tell(workflowId, (cart) => cart.signal(messages.recoveredSignal, by));
  }

  stopRecovery(workflowId: string, reason: StopRecovery['reason']): Promise<boolean> {
    return this.#tell(workflowId, (cart) => cart.signal(messages.stopRecoverySignal, { reason }));
  }

  async #tell(workflowId: string, tell: (cart: WorkflowHandle) => Promise<void>): Promise<boolean> {
    const cart = this.#client.workflow.getHandle(workflowId);
    try {
      await this.#insist(() => tell(cart), PATIENCE_MS, OUTAGE_PATIENCE_MS);
      return true;
    } catch (error) {
      if (isNoCart(error)) return false;
      throw error;
    }
  }
}
