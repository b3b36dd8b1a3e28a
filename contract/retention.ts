/** What a retention run is told, and what it reports: between the API, the schedule, the workflow and its activities. */

/** What is gone through, in this order. What others hang on comes first: a cart's row goes after its requests, a trail last. */
export const RETENTION_STEPS = [
  'requests',
  'rateLimits',
  'outbox',
  'checkoutContacts',
  'contacts',
  'reservations',
  'checkouts',
  'payments',
  'strayEvents',
  'finishedCarts',
  'carts',
  'trails',
  'runs',
] as const;
export type RetentionStep = (typeof RETENTION_STEPS)[number];

/** Tables that rows may be deleted from. */
export const RETENTION_TABLES = [
  'cart_requests',
  'contact_requests',
  'rate_limits',
  'outbox',
  'order_contacts',
  'contacts',
  'reservations',
  'checkouts',
  'payments',
  'payment_events',
  'finished_carts',
  'carts',
  'cart_audit',
  'reconcile_runs',
  'retention_runs',
] as const;
export type RetentionTable = (typeof RETENTION_TABLES)[number];

/** How old what is not needed any more must be; ms. */
export interface RetentionPolicy {
  requestsMs: number;
  outboxMs: number;
  contactsMs: number;
  cartsMs: number;
  trailsMs: number;
}

export interface RetentionInput {
  trigger: 'schedule' | 'operator';
  policy: RetentionPolicy;
  /** What to do, in this order. Told, so that a new release with more steps does not change a run that is under way. */
  steps: readonly RetentionStep[];
  /** Portions after which the workflow goes on in a fresh run. */
  portionsPerRun?: number;
  /** Handed over at continue-as-new. */
  carried?: RetentionProgress;
}

/** Rows by table; none where nothing was deleted. */
export type DeletedRows = Partial<Record<RetentionTable, number>>;

export interface RetentionProgress {
  /** Number of the run in `retention_runs`. */
  number: number;
  /** Undefined: all steps are done. */
  step?: RetentionStep;
  /** Where the step stands; undefined at its beginning. */
  cursor?: string;
  deleted: DeletedRows;
  /** Steps that could not be done; the others were. */
  failed: RetentionStep[];
}
