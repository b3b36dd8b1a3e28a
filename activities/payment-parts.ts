/** What the payment activities work with: the database, and the providers that the settings have switched on. */
import type { PaymentProgress, ProviderName } from '../contract/payments.ts';
import type { Sql } from '../database/client.ts';
import { PaymentError } from '../payments/payment-error.ts';
import type { PaymentProvider } from '../payments/payment-provider.ts';

export interface Providers {
  /** Who takes new payments; undefined: the shop takes none. */
  chosen: ProviderName | undefined;
  providers: Partial<Record<ProviderName, PaymentProvider>>;
}

export interface PaymentParts extends Providers {
  sql: Sql;
  find: (checkoutId: string) => Promise<PaymentProgress | undefined>;
}

/** Rejects as `final` where the shop takes no payments. */
export function chosenProvider({ chosen }: PaymentParts): ProviderName {
  if (chosen === undefined) throw new PaymentError('final', 'No payment provider is configured');
  return chosen;
}

/** A provider that was switched off while it has payments will be switched on again: try later. */
export function providerOf({ providers }: PaymentParts, name: ProviderName): PaymentProvider {
  const provider = providers[name];
  if (!provider) throw new PaymentError('transient', `The payment provider '${name}' is not configured`);
  return provider;
}
