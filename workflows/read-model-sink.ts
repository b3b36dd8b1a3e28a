/**
 * How a cart tells the read model of a change: a call to the worker that runs the cart. The worker finishes it before it reports the
 * workflow task as done, hence before the change is answered; the workflow is not activated a second time for it (decision 0003).
 * Source: https://docs.temporal.io/develop/typescript/observability#logging-from-workflows (sinks).
 */
import { proxySinks, type Sinks } from '@temporalio/workflow';
import type { Publication } from '../cart/publication.ts';

export interface ReadModelSinks extends Sinks {
  readModel: {
    /** Where it fails, the worker sends the cart a `republish` signal before it goes on. Never called at replay. */
    publish(publication: Publication): void;
  };
}

export const { readModel } = proxySinks<ReadModelSinks>();
