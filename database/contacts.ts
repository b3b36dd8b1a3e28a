/**
 * Contacts: the one place where addresses for recovery e-mails are, one for each owner. Carts, histories and logs know the owner's hash
 * and, in links, the contact's random id. Rules of consent: cart/contact-consent.ts.
 */
import { randomBytes } from 'node:crypto';
import {
  hearStatement,
  type ConsentSource,
  type KnownContact,
  type Statement,
} from '../cart/contact-consent.ts';
import type { Session } from './alarms.ts';
import type { Sql } from './client.ts';
import { forgetObjection, hearObjection, lastObjection } from './objections.ts';

/** Why somebody may be written to: they agreed, or have bought before (since they were last forgotten) and never said no. */
export type Basis = 'consent' | 'customer';

/** A contact, and how matters stand with it at this moment. */
export interface Recipient {
  contactId: string;
  ownerHash: string;
  ownerKind: 'guest' | 'customer';
  email: string;
  addressHash: string;
  /** BCP 47. */
  locale: string | null;
  /** IANA. */
  timeZone: string | null;
  /** Null: there is no reason to write to them. */
  basis: Basis | null;
  /** Whatever the basis: no mail goes there. */
  isSuppressed: boolean;
}

/** What somebody says about where and whether they may be written to. `at` is left out for what is said now. */
export interface ContactStatement extends Omit<Statement, 'at'> {
  ownerHash: string;
  ownerKind: 'guest' | 'customer';
  locale?: string;
  timeZone?: string;
  /** Epoch ms when the token was issued that the address comes from; 0 where it does not say. */
  issuedAt?: number;
  /** Hashed, of a request that carried one. */
  key?: { hash: string; fingerprint: string; ageMs: number };
}

/**
 * `repeated`: a request with this key was done before; nothing was now. `reused`: that was another request. `erased`: the token is older
 * than its owner's erasure, and brings nothing back.
 */
export type Recorded = 'recorded' | 'repeated' | 'reused' | 'erased';

interface ContactRow {
  email: string;
  addressHash: string;
  consentAt: Date | null;
  consentSource: ConsentSource | null;
  consentRequestId: string | null;
  objectedAt: Date | null;
}

/** One writer at a time for each owner, whether or not there is a contact: an erasure and a new address never miss each other. */
export const lockContact = (tx: Session, ownerHash: string) =>
  tx`SELECT pg_advisory_xact_lock(hashtextextended(${`contact:${ownerHash}`}, 0))`;

/** Of somebody whose address is gone, what is left: that they said no. */
async function readKnown(
  tx: Session,
  { ownerHash, email, addressHash }: ContactStatement,
): Promise<KnownContact | undefined> {
  const [row] = await tx<ContactRow[]>`
    SELECT email, address_hash AS "addressHash", consent_at AS "consentAt", consent_source AS "consentSource",
      consent_request_id AS "consentRequestId", objected_at AS "objectedAt"
    FROM contacts WHERE owner_hash = ${ownerHash}`;
  if (!row) {
    const objectedAt = await lastObjection(tx, [ownerHash]);
    return objectedAt === null ? undefined : { email, addressHash, consent: null, objectedAt };
  }
  const { consentAt: at, consentSource: source, consentRequestId: requestId } = row;
  return {
    email: row.email,
    addressHash: row.addressHash,
    consent: at && source ? { at: at.getTime(), source, requestId } : null,
    objectedAt: row.objectedAt?.getTime() ?? null,
  };
}

async function findRepetition(tx: Session, said: ContactStatement): Promise<Recorded | undefined> {
  if (!said.key) return undefined;
  const { hash, fingerprint, ageMs } = said.key;
  await tx`
    DELETE FROM contact_requests
    WHERE owner_hash = ${said.ownerHash} AND at < now() - ${ageMs} * interval '1 millisecond'`;
  const [row] = await tx<{ fingerprint: string }[]>`
    SELECT fingerprint FROM contact_requests WHERE owner_hash = ${said.ownerHash} AND key_hash = ${hash}`;
  if (row) return row.fingerprint === fingerprint ? 'repeated' : 'reused';
  await tx`
    INSERT INTO contact_requests (owner_hash, key_hash, fingerprint) VALUES (${said.ownerHash}, ${hash}, ${fingerprint})`;
  return undefined;
}

async function isErasedSince(tx: Session, ownerHash: string, issuedAt: number): Promise<boolean> {
  const rows = await tx`
    SELECT FROM erasures WHERE owner_hash = ${ownerHash} AND erased_at >= ${new Date(issuedAt)} LIMIT 1`;
  return rows.length > 0;
}

const toDate = (ms: number | null | undefined): Date | null => (typeof ms === 'number' ? new Date(ms) : null);

/** 128 random bits, so that links name nobody. */
const newContactId = (): string => randomBytes(16).toString('base64url');

async function write(tx: Session, said: ContactStatement, next: KnownContact): Promise<void> {
  const { consent } = next;
  await tx`
    INSERT INTO contacts AS known (
      owner_hash, contact_id, owner_kind, email, address_hash, locale, time_zone,
      consent_at, consent_source, consent_request_id, objected_at
    ) VALUES (
      ${said.ownerHash}, ${newContactId()}, ${said.ownerKind}, ${next.email}, ${next.addressHash},
      ${said.locale ?? null}, ${said.timeZone ?? null}, ${toDate(consent?.at)}, ${consent?.source ?? null},
      ${consent?.requestId ?? null}, ${toDate(next.objectedAt)}
    )
    ON CONFLICT (owner_hash) DO UPDATE SET
      email = EXCLUDED.email, address_hash = EXCLUDED.address_hash,
      locale = coalesce(EXCLUDED.locale, known.locale), time_zone = coalesce(EXCLUDED.time_zone, known.time_zone),
      consent_at = EXCLUDED.consent_at, consent_source = EXCLUDED.consent_source,
      consent_request_id = EXCLUDED.consent_request_id, objected_at = EXCLUDED.objected_at, updated_at = now()`;
}

/** Hears what is said about an owner's contact: all or nothing, one after the other, also beside an erasure. */
export async function recordContact(sql: Sql, said: ContactStatement): Promise<Recorded> {
  return await sql.begin(async (tx): Promise<Recorded> => {
    await lockContact(tx, said.ownerHash);
    const { issuedAt } = said;
    if (issuedAt !== undefined && (await isErasedSince(tx, said.ownerHash, issuedAt))) return 'erased';
    const repetition = await findRepetition(tx, said);
    if (repetition) return repetition;
    const at = said.source === 'token' ? (issuedAt ?? 0) : Date.now();
    const next = hearStatement(await readKnown(tx, said), { ...said, at });
    await write(tx, said, next);
    if (next.consent) await forgetObjection(tx, said.ownerHash);
    return 'recorded';
  });
}

const selectRecipient = (sql: Session) => sql`
  SELECT contact_id AS "contactId", owner_hash AS "ownerHash", owner_kind AS "ownerKind", email,
    address_hash AS "addressHash", locale, time_zone AS "timeZone", CASE
      WHEN consent_at IS NOT NULL THEN 'consent'
      WHEN objected_at IS NULL AND EXISTS (
        SELECT FROM orders WHERE orders.owner_hash = contacts.owner_hash AND NOT EXISTS (
          SELECT FROM erasures WHERE erasures.owner_hash = orders.owner_hash AND erased_at >= orders.placed_at
        )
      ) THEN 'customer'
    END AS basis,
    EXISTS (SELECT FROM suppressions WHERE suppressions.address_hash = contacts.address_hash) AS "isSuppressed"
  FROM contacts`;

/** Undefined where nobody has given an address, and after erasure. */
export async function readRecipient(sql: Session, ownerHash: string): Promise<Recipient | undefined> {
  const [row] = await sql<Recipient[]>`${selectRecipient(sql)} WHERE owner_hash = ${ownerHash}`;
  return row;
}

/** By the id in a link. Undefined: it was erased. */
export async function findRecipient(sql: Session, contactId: string): Promise<Recipient | undefined> {
  const [row] = await sql<Recipient[]>`${selectRecipient(sql)} WHERE contact_id = ${contactId}`;
  return row;
}

/**
 * A guest has signed in and their cart was merged: what they said becomes what the customer says, unless the customer has a contact already;
 * the guest's goes in any case, but for a no, which counts as the customer's. Again, it finds nothing to do.
 */
export async function takeOverContact(sql: Sql, from: string, to: string): Promise<void> {
  await sql.begin(async (tx) => {
    for (const ownerHash of [from, to].sort()) await lockContact(tx, ownerHash);
    const objectedAt = await lastObjection(tx, [from, to]);
    await tx`
      UPDATE contacts SET owner_hash = ${to}, owner_kind = 'customer', updated_at = now()
      WHERE owner_hash = ${from} AND NOT EXISTS (SELECT FROM contacts AS own WHERE own.owner_hash = ${to})`;
    await tx`DELETE FROM contacts WHERE owner_hash = ${from}`;
    await forgetObjection(tx, from);
    if (objectedAt !== null) await hearObjection(tx, to, objectedAt);
  });
}
