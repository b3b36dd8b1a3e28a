/** The mail about a cart that was left: what is in it now, and the way back. */
import type { CurrentLine } from '../contract/cart-view.ts';
import { type Letter, type LetterLine, oneLine, type Shop } from './letter.ts';
import { toLetterLine } from './letter-line.ts';
import { money } from './money.ts';
import { fill, type Voice } from './texts.ts';

export interface RecoveryContent {
  /** 1 for the first mail of the absence. */
  step: number;
  currency: string;
  lines: readonly CurrentLine[];
  recoverUrl: string;
  unsubscribeUrl: string;
}

function toLine(line: CurrentLine, { currency }: RecoveryContent, voice: Voice, shop: Shop): LetterLine {
  const { words } = voice.texts;
  const isShort = line.isAvailable && line.maxQuantity < line.quantity;
  const left = fill(words.onlyLeft, { count: String(line.maxQuantity) });
  return {
    ...toLetterLine({ ...line, subtotal: line.lineTotal }, currency, voice, shop),
    ...(line.isAvailable ? {} : { note: words.unavailable }),
    ...(isShort ? { note: left } : {}),
    isUnavailable: !line.isAvailable,
  };
}

/** Steps beyond the third speak like the third. What cannot be had does not count in the sum. */
export function recoveryLetter(content: RecoveryContent, voice: Voice, shop: Shop): Letter {
  const { texts, locale } = voice;
  const { words } = texts;
  const step = texts.recovery[Math.min(3, Math.max(1, content.step)) as 1 | 2 | 3];
  const available = content.lines.filter(({ isAvailable }) => isAvailable);
  const [first] = [...available, ...content.lines];
  const values = {
    shop: shop.name,
    title: oneLine(first?.title ?? '', 60),
    count: String(content.lines.length),
  };
  const subtotal = available.reduce((sum, { lineTotal }) => sum + lineTotal, 0);
  return {
    locale,
    subject: oneLine(fill(step.subject, values)),
    preheader: oneLine(fill(step.preheader, values)),
    heading: oneLine(fill(step.heading, values)),
    body: fill(step.body, values),
    facts: [],
    lines: content.lines.map((line) => toLine(line, content, voice, shop)),
    sums: [{ label: words.subtotal, amount: money(subtotal, content.currency, locale), isTotal: true }],
    button: { label: step.button, url: content.recoverUrl },
    footer: fill(step.footer, values),
    why: fill(words.whyRecovery, values),
    unsubscribe: {
      label: words.unsubscribe,
      text: fill(words.unsubscribeText, { url: content.unsubscribeUrl }),
      url: content.unsubscribeUrl,
    },
    shop,
  };
}
