/** From what is known about a mail to the letter itself: language, shop, and the signed links. */
import type { PreparedConfirmation, PreparedRecovery } from '../activities/prepared-mail.ts';
import { confirmationLetter } from '../mail/confirmation-letter.ts';
import type { Letter, Shop } from '../mail/letter.ts';
import type { LinkTokens } from '../mail/link-tokens.ts';
import { recoveryLetter } from '../mail/recovery-letter.ts';
import { type AllTexts, chooseVoice } from '../mail/texts.ts';

export interface LetterParts {
  texts: AllTexts;
  shop: Shop;
  /** SHOP_LOCALE. */
  locale: string;
  /** API_PUBLIC_URL. */
  apiUrl: string;
  tokens: LinkTokens;
  recoveryLinkLifeMs: number;
}

/** Whoever finds an old mail can still say no. */
const UNSUBSCRIBE_LIFE_MS = 365 * 86_400_000;

export function writeLetter(parts: LetterParts, mail: PreparedRecovery | PreparedConfirmation): Letter {
  const { texts, shop, tokens } = parts;
  const voice = chooseVoice(texts, [mail.locale, parts.locale]);
  if (mail.kind === 'confirmation') return confirmationLetter(mail.order, voice, shop);
  const { contactId, cartId, episode, step, currency, lines } = mail;
  const link = { contactId, cartId, episode, step };
  const api = parts.apiUrl.replace(/\/$/, '');
  const recoverUrl = `${api}/recover/${tokens.sign('recover', link, parts.recoveryLinkLifeMs)}`;
  const unsubscribeUrl = `${api}/unsubscribe/${tokens.sign('unsubscribe', link, UNSUBSCRIBE_LIFE_MS)}`;
  return recoveryLetter({ step, currency, lines, recoverUrl, unsubscribeUrl }, voice, shop);
}
