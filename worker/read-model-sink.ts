/**
 * The worker's end of a cart's publications. Either the read model has the change, or the cart has, for good, the signal that it must
 * publish again: one of both before the workflow task is reported as done, hence before anybody is answered.
 */
import { Client } from '@temporalio/client';
import type { InjectedSinks, NativeConnection } from '@temporalio/worker';
import type { Activities } from '../activities/create-activities.ts';
import { republishSignal } from '../workflows/messages.ts';
import type { ReadModelSinks } from '../workflows/read-model-sink.ts';

export interface SinkParts {
  connection: NativeConnection;
  namespace: string;
  activities: Pick<Activities, 'publishCart'>;
  /** How histories name the sender of `republish`. */
  identity?: string;
}

/** Rejects when the work takes longer; it may still be done then. */
async function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** After a failure the database is left alone for this long: carts ask for a publication instead of waiting one after the other. */
const PAUSE_MS = 500;

export function createReadModelSink({ connection, namespace, activities, identity }: SinkParts) {
  const client = new Client({ connection, namespace, ...(identity === undefined ? {} : { identity }) });
  let quietUntil = 0;

  async function publish(publication: Parameters<Activities['publishCart']>[0]): Promise<void> {
    try {
      if (Date.now() < quietUntil) throw new Error('the database failed a moment ago');
      await within(publication.policy.publishWaitMs, activities.publishCart(publication));
    } catch {
      quietUntil = Math.max(quietUntil, Date.now() + PAUSE_MS);
      await client.workflow.getHandle(publication.workflowId).signal(republishSignal);
    }
  }

  const sinks: InjectedSinks<ReadModelSinks> = {
    readModel: {
      publish: { fn: (_info, publication) => publish(publication), callDuringReplay: false },
    },
  };
  return sinks;
}
