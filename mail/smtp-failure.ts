/** What became of a mail that the server did not take: try again, never again, or the whole server is away. No text here holds an address. */

/**
 * `away`: no server, or none that lets us in: it is not about this mail. `later`: the server wants this mail another time, or nobody
 * knows whether it has it. `refused`: never. `unknown_address`: never, and nothing else to this address either.
 */
export type SmtpVerdict = 'away' | 'later' | 'refused' | 'unknown_address';

/** Thrown by `Mailer.send`. The message is safe to store and to log. */
export class SmtpFailure extends Error {
  readonly verdict: SmtpVerdict;

  constructor(verdict: SmtpVerdict, message: string) {
    super(message);
    this.verdict = verdict;
  }
}

const ADDRESS = /[^\s<>"'(),:;]{1,128}@[^\s<>"'(),:;]{1,255}/g;

/** Servers repeat the address in what they refuse; it belongs in no table and no log. `known` catches what does not look like one. */
export function scrubAddresses(text: string, known: readonly string[] = []): string {
  const withoutKnown = known
    .flatMap((address) => [address, address.split('@')[0] ?? ''])
    .filter((part) => part.length > 2)
    .reduce((left, part) => left.replaceAll(new RegExp(part.replaceAll(/[^\w]/g, '\\$&'), 'gi'), '…'), text);
  return withoutKnown.replaceAll(ADDRESS, '…').replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}

/** What nodemailer tells about an error; see its errors.ts. */
interface NodemailerFacts {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
  message: string;
  rejectedErrors?: NodemailerFacts[];
}

/** Enhanced codes (RFC 3463) of an address that is not there: no such mailbox, no such system, moved, disabled. */
const NOBODY = /\b5\.1\.(1|2|3|6|10)\b|\b5\.2\.1\b/;

/** A server without enhanced codes, in the words that are usual. */
const NOBODY_IN_WORDS =
  /user unknown|unknown (user|recipient)|no such (user|recipient|mailbox)|does not exist/i;

/** Commands after which the server may have the mail, whatever became of the connection. */
const IS_IN_DOUBT = /^(DATA|BDAT)$/;

function verdictOf({ code, command, responseCode, response }: NodemailerFacts): SmtpVerdict {
  if (responseCode === undefined)
    return command !== undefined && IS_IN_DOUBT.test(command) ? 'later' : 'away';
  // Whether we are let in is a matter of settings, not of a mail: EAUTH, a greeting, EHLO or
  // sender (MAIL) that is refused, a full server (421).
  if (code === 'EAUTH' || responseCode === 421 || !/^(RCPT|DATA|BDAT)/.test(command ?? 'DATA')) return 'away';
  if (responseCode < 500 || responseCode === 503) return 'later';
  const isAboutRecipient = command === undefined || command.startsWith('RCPT');
  const text = response ?? '';
  if (isAboutRecipient && (NOBODY.test(text) || (responseCode === 550 && NOBODY_IN_WORDS.test(text))))
    return 'unknown_address';
  return 'refused';
}

/** Reads an error of nodemailer. `recipient` is taken out of its text. */
export function toSmtpFailure(error: unknown, recipient: string): SmtpFailure {
  const outer = error as NodemailerFacts;
  const facts = outer.rejectedErrors?.[0] ?? outer;
  const text = facts.response ?? facts.message;
  const told = [facts.code, facts.command, scrubAddresses(text, [recipient])].filter(Boolean).join(' ');
  return new SmtpFailure(verdictOf(facts), told);
}
