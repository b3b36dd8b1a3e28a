/**
 * An address for recovery e-mails, as a shopper gives it: kept in PostgreSQL under the owner's hash, with proof; the cart is told only that
 * somebody is there. It makes no cart.
 */
import { readStanding } from '../../database/cart-projection.ts';
import { type ContactStatement, readRecipient, recordContact } from '../../database/contacts.ts';
import { normaliseAddress, type AddressHashes } from '../../mail/mail-address.ts';
import type { AccountContacts } from '../account-contacts.ts';
import type { CartOwner } from '../carts.ts';
import type { ContactBody } from '../contact-schemas.ts';
import type { Call } from '../define-route.ts';
import { shortHash } from '../headers/idempotency-key.ts';
import type { Caller } from '../identity/caller.ts';
import { fromDatabase } from '../from-database.ts';
import { Problem } from '../problem.ts';
import type { RecoverySignals } from '../recovery-signals.ts';
import { canonicalJson } from './cart-request.ts';
import { closedByMerge, newGuest, type WriteParts } from './submit-change.ts';

export interface ContactParts extends WriteParts {
  addressHashes: AddressHashes;
  accountContacts: AccountContacts;
  recoverySignals: RecoverySignals;
}

type ContactCall = Call<unknown, unknown, ContactBody>;

export interface GivenContact {
  marketingConsent: boolean;
  basis: 'consent' | 'customer' | null;
  isReplay: boolean;
}

type Known = Caller & { owner: CartOwner };

/** The caller, or a new guest: for nobody, and for a guest whose cart has expired and whose next line begins a new one. */
async function giverOf(parts: ContactParts, call: ContactCall): Promise<Known> {
  const { c, caller } = call;
  const { owner } = caller;
  if (!owner) return await newGuest(parts, c, caller);
  if (owner.kind === 'customer') return { ...caller, owner };
  const standing = await readStanding(parts.sql, owner.workflowId);
  if (standing?.status === 'merged') throw closedByMerge(parts, call);
  return standing?.status === 'expired' ? await newGuest(parts, c, caller) : { ...caller, owner };
}

/** The address of the form, or of the token; then it is as old as that. */
function addressOf(parts: ContactParts, { body, caller }: ContactCall): { email: string; issuedAt?: number } {
  if (body.email !== undefined) return { email: body.email };
  const account = parts.accountContacts.accountOf(caller);
  if (account) return { email: account.email, issuedAt: account.issuedAt };
  const message = 'Send an e-mail address.';
  throw new Problem('validation_failed', message, {
    errors: [{ path: 'email', code: 'custom', message }],
  });
}

function statementOf(parts: ContactParts, call: ContactCall, owner: CartOwner): ContactStatement {
  const { body, headers, requestId } = call;
  const { email, issuedAt } = addressOf(parts, call);
  const { locale, timeZone, marketingConsent } = body;
  const key = headers?.idempotencyKey;
  return {
    ownerHash: owner.ownerHash,
    ownerKind: owner.kind,
    email: normaliseAddress(email),
    addressHash: parts.addressHashes.hashOf(email),
    isConsent: marketingConsent,
    source: 'contact',
    requestId,
    ...(issuedAt === undefined ? {} : { issuedAt }),
    ...(locale === undefined ? {} : { locale }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(key === undefined
      ? {}
      : {
          key: {
            hash: shortHash(key),
            fingerprint: parts.addressHashes.fingerprintOf(canonicalJson(body)),
            ageMs: parts.keyAgeMs,
          },
        }),
  };
}

/** The address is safe by now; a cart that is not told looks once more before it sends anything. */
async function tellCart(parts: ContactParts, owner: CartOwner): Promise<void> {
  await parts.recoverySignals.contactGiven(owner.workflowId).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error;
  });
}

async function record(parts: ContactParts, call: ContactCall, owner: CartOwner): Promise<boolean> {
  const recorded = await recordContact(parts.sql, statementOf(parts, call, owner));
  if (recorded === 'reused') {
    throw new Problem('idempotency_key_reused', 'This Idempotency-Key was used for another request.');
  }
  if (recorded === 'erased') {
    throw new Problem(
      'erased',
      'Your data was erased after you signed in; type the address, or sign in anew.',
    );
  }
  if (recorded === 'recorded') await tellCart(parts, owner);
  return recorded === 'repeated';
}

/** Rejects with `dependency_unavailable` while PostgreSQL is away. */
export async function giveContact(parts: ContactParts, call: ContactCall): Promise<GivenContact> {
  return await fromDatabase(async () => {
    addressOf(parts, call);
    const giver = await giverOf(parts, call);
    const { owner } = giver;
    call.c.set('ownerHash', owner.ownerHash);
    // Before the outcome is known: after a lost answer the same guest must be able to ask again.
    parts.handOut(call.c, giver);
    const isReplay = await record(parts, call, owner);
    const basis = (await readRecipient(parts.sql, owner.ownerHash))?.basis ?? null;
    return { marketingConsent: basis === 'consent', basis, isReplay };
  });
}
