/** One act on every open cart that holds a SKU: what is asked, and how far it is. Between the API, the workflow and its activities. */

/** Registered name of the workflow, and how its ids begin. */
export const BULK_ACTION_WORKFLOW = 'bulkActionWorkflow';
export const BULK_ACTION_PREFIX = 'bulk-action:';

/** Carts that are told at once. Each is two events of the workflow's history. */
export const BULK_BATCH = 50;

export interface BulkAction {
  type: 'reprice' | 'withdraw';
  sku: string;
  reason: string;
  /** `withdraw`: what shoppers read instead of the standard sentence. */
  notice?: string;
}

export interface BulkProgress {
  status: 'running' | 'done' | 'stopped';
  /** Carts that were told. Each takes it once, however often it is told. */
  told: number;
  /** Carts that had ended before they could be told. */
  gone: number;
  /** Workflow id of the last cart of the last batch; carts are told in this order. */
  cursor?: string;
}

export interface BulkActionInput {
  action: BulkAction;
  /** `operator:` and a hash. */
  actor: string;
  batchSize: number;
  /** Handed over at continue-as-new. */
  carried?: BulkProgress;
}
