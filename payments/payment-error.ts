/** Why a provider did not do what it was asked, in the three kinds that a checkout has to tell apart. */

/**
 * `transient`: unknown whether it was done; ask again with the same key. `declined`: the provider said no to this payment; other means
 * may work. `final`: it will never work as asked (a mistake of ours, or too late).
 */
export type PaymentErrorKind = 'transient' | 'declined' | 'final';

export class PaymentError extends Error {
  readonly kind: PaymentErrorKind;

  /** `message` is for operators, and never holds what the provider sent about a person. */
  constructor(kind: PaymentErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PaymentError';
    this.kind = kind;
  }
}

/** The kind by the provider's HTTP status. */
export function kindOfStatus(status: number): PaymentErrorKind {
  if (status === 402) return 'declined';
  return status >= 500 || status === 408 || status === 409 || status === 425 || status === 429
    ? 'transient'
    : 'final';
}
