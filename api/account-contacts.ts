/**
 * Takes over what customers' tokens say about mails: with the first write of each token in this process, beside the write. Whether that
 * succeeds is nothing to the write; the next token, or the next process, tries again.
 */
import { recordContact } from '../database/contacts.ts';
import { isUnavailable, type Sql } from '../database/client.ts';
import { type AddressHashes, normaliseAddress } from '../mail/mail-address.ts';
import { type Account, readAccount } from './identity/account-claims.ts';
import type { Caller } from './identity/caller.ts';
import { CLOCK_TOLERANCE_S } from './identity/customer-token.ts';
import { shortHash } from './headers/idempotency-key.ts';
import type { Logger } from './log.ts';

export interface AccountContacts {
  /** What the caller's token says, for whoever asks. Undefined without an address. */
  accountOf(caller: Caller): Account | undefined;
  /** Returns at once. No statement for a token that was heard before. */
  hear(caller: Caller, requestId: string): void;
  /** When all that is under way has come to an end. */
  settled(): Promise<void>;
}

/** About 100 bytes each. */
const HEARD_MAX = 20_000;

export interface AccountContactsParts {
  sql: Sql;
  hashes: AddressHashes;
  log: Logger;
  /** Epoch ms. */
  now: () => number;
}

export function createAccountContacts({ sql, hashes, log, now }: AccountContactsParts): AccountContacts {
  const heard = new Set<string>();
  const underWay = new Set<Promise<unknown>>();

  async function take(ownerHash: string, account: Account, requestId: string): Promise<void> {
    const { isConsent, email, ...rest } = account;
    await recordContact(sql, {
      ...rest,
      ownerHash,
      ownerKind: 'customer',
      email: normaliseAddress(email),
      addressHash: hashes.hashOf(email),
      isConsent,
      source: 'token',
      requestId,
    });
  }

  function remember(token: string): boolean {
    if (heard.has(token)) return false;
    if (heard.size >= HEARD_MAX) heard.clear();
    heard.add(token);
    return true;
  }

  const accountOf = ({ account: claims }: Caller): Account | undefined =>
    claims && readAccount(claims, now(), CLOCK_TOLERANCE_S * 1_000);

  return {
    accountOf,
    hear(caller, requestId) {
      const { account: claims, owner, expiresAt } = caller;
      if (!claims || !owner) return;
      // An address is not kept in memory for longer than it must be.
      const token = `${owner.ownerHash}${shortHash(JSON.stringify([claims, expiresAt]))}`;
      if (!remember(token)) return;
      const account = accountOf(caller);
      if (!account) return;
      const taking = take(owner.ownerHash, account, requestId)
        .catch((error: unknown) => {
          heard.delete(token);
          const fields = { requestId, owner: owner.ownerHash, code: (error as { code?: string }).code };
          if (isUnavailable(error)) log.warn(fields, 'a contact could not be taken over from a token');
          else log.error(fields, 'a contact could not be taken over from a token');
        })
        .finally(() => underWay.delete(taking));
      underWay.add(taking);
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}
