/**
 * Who may be written to, as rules: what becomes of a contact when something new is said about it. Consent belongs to an address; the later
 * word counts; silence changes nothing. Times are epoch ms.
 */

export type ConsentSource = 'contact' | 'checkout' | 'token';

export interface Consent {
  at: number;
  source: ConsentSource;
  requestId: string | null;
}

/** What is known of a contact. */
export interface KnownContact {
  email: string;
  addressHash: string;
  consent: Consent | null;
  /** The last no. */
  objectedAt: number | null;
}

/** What is said now, or was said when a token was issued. */
export interface Statement {
  email: string;
  addressHash: string;
  /** Undefined: nothing was said about it. */
  isConsent: boolean | undefined;
  source: ConsentSource;
  requestId: string;
  at: number;
}

/** A token repeats what its account says, with each write anew: it undoes nothing that was said here later, nor moves an address agreed to here. */
function isHeard(known: KnownContact, { source, at, isConsent }: Statement): boolean {
  if (isConsent === undefined) return false;
  if (source !== 'token') return true;
  const lastWord = Math.max(known.consent?.at ?? 0, known.objectedAt ?? 0);
  const isSettledHere = isConsent && known.consent !== null && known.consent.source !== 'token';
  return at > lastWord && !isSettledHere;
}

const agree = ({ at, source, requestId }: Statement): Consent => ({ at, source, requestId });

/** The contact after the statement. Said again, it is the same; the first proof of a consent stays. */
export function hearStatement(known: KnownContact | undefined, said: Statement): KnownContact {
  const { email, addressHash, at } = said;
  if (!known) {
    return {
      email,
      addressHash,
      consent: said.isConsent ? agree(said) : null,
      objectedAt: said.isConsent === false ? at : null,
    };
  }
  const isSame = known.addressHash === addressHash;
  if (!isHeard(known, said)) {
    // What somebody agreed to for one address is no consent for another: that address stays.
    return known.consent && !isSame ? known : { ...known, email, addressHash };
  }
  if (!said.isConsent) return { email, addressHash, consent: null, objectedAt: at };
  return { ...known, email, addressHash, consent: (isSame && known.consent) || agree(said) };
}
