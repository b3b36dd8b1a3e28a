/**
 * Being forgotten, by one's own wish or by an operator's hand. PostgreSQL decides: what is not there cannot be sent, whoever still believes
 * that it should be. The cart is told so that it stops counting days; where Temporal is away, it asks the database at its next step and
 * learns the same, so nobody has to tell it later.
 */
import { type Erased, type Erasure, eraseOwner } from '../../database/erasures.ts';
import type { Sql } from '../../database/client.ts';
import { type AddressHashes, normaliseAddress } from '../../mail/mail-address.ts';
import type { AccountContacts } from '../account-contacts.ts';
import type { Call } from '../define-route.ts';
import { fromDatabase } from '../from-database.ts';
import { Problem } from '../problem.ts';
import type { RecoverySignals } from '../recovery-signals.ts';
import { customerOf } from './merge-carts.ts';

export interface EraseParts {
  sql: Sql;
  recoverySignals: RecoverySignals;
}

export interface ForgetParts extends EraseParts {
  addressHashes: AddressHashes;
  accountContacts: AccountContacts;
}

/** Rejects with `dependency_unavailable` while PostgreSQL is away: then nothing has happened. */
export async function forgetOwner(
  { sql, recoverySignals }: EraseParts,
  workflowId: string | undefined,
  erasure: Erasure,
): Promise<Erased> {
  const erased = await fromDatabase(() => eraseOwner(sql, erasure));
  if (workflowId !== undefined) {
    await recoverySignals.stopRecovery(workflowId, 'erased').catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
    });
  }
  return erased;
}

/** The customer who is calling; others get `unauthenticated`. */
export async function eraseCaller(parts: ForgetParts, call: Call): Promise<void> {
  const owner = customerOf(call);
  const { addressHashes, accountContacts } = parts;
  const email = accountContacts.accountOf(call.caller)?.email;
  await forgetOwner(parts, owner.workflowId, {
    ownerHash: owner.ownerHash,
    actor: `${owner.kind}:${owner.ownerHash}`,
    requestId: call.requestId,
    ...(email === undefined
      ? {}
      : { address: { email: normaliseAddress(email), hash: addressHashes.hashOf(email) } }),
  });
}
