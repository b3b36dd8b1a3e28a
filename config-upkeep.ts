/** The part of the settings (config.ts) that says what the shop does for itself by the clock: comparing its read model, deleting what is old. */
import { duration, durationFrom, durationOrOff, integer } from './config-forms.ts';

export const UPKEEP_SETTINGS = {
  RECONCILE_INTERVAL: durationOrOff('1h').describe(
    'How often the read model is compared with the carts; `off` leaves it to operators.',
  ),
  RECONCILE_CYCLE: integer(24, 1, 1_000).describe(
    'Each cart is asked for its state once in this many scheduled comparisons, besides those that look wrong at once.',
  ),
  RETENTION_INTERVAL: durationOrOff('6h').describe(
    'How often what is not needed any more is deleted; `off` leaves it to operators.',
  ),
  RETENTION_FINISHED_CARTS: duration('90d').describe(
    'How long carts are kept that were merged, have expired or became an order, and stock that was held for nothing.',
  ),
  RETENTION_AUDIT: durationFrom('400d', '30d').describe(
    'How long the audit trail of a cart is kept after its end, and payments that came to nothing; at least 30d. Of carts that became an order it stays.',
  ),
  RETENTION_OUTBOX: duration('30d').describe(
    'How long mails and events are remembered after they were sent or cancelled; never shorter than links in mails live.',
  ),
  RETENTION_CONTACTS: duration('30d').describe(
    'How long addresses are kept that belong to neither an order nor an open cart.',
  ),
} as const;
