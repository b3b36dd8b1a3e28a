/** A mail before it is written: all its sentences and figures as the reader sees them. HTML and plain text are two ways to write it. */
import type { OptionValue } from '../contract/product-facts.ts';

/** The shop as mails name it. */
export interface Shop {
  name: string;
  /** Postal, in one line. */
  address: string;
  url?: string;
}

export interface LetterLine {
  title: string;
  /** Absolute, http or https. */
  imageUrl?: string;
  /** The chosen options; empty without any. */
  options: string;
  quantity: string;
  unitPrice: string;
  total: string;
  /** Why it cannot be had as it is. */
  note?: string;
  isUnavailable: boolean;
}

export interface LetterSum {
  label: string;
  amount: string;
  isTotal: boolean;
}

export interface Letter {
  /** A language tag. */
  locale: string;
  subject: string;
  /** What the list of mails shows beside the subject. */
  preheader: string;
  heading: string;
  body: string;
  facts: { label: string; value: string }[];
  lines: LetterLine[];
  sums: LetterSum[];
  button?: { label: string; url: string };
  footer: string;
  /** Why the reader gets it. */
  why: string;
  unsubscribe?: { label: string; text: string; url: string };
  shop: Shop;
}

/** Controls, line and paragraph separators, marks that turn the direction of text. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a reader would call the characters of a text. */
export const charactersOf = (text: string): string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => segment);

/** One printable line, whatever was typed: nothing in it ends a header or hides what follows. */
export const oneLine = (text: string, maxLength = 200): string => {
  const line = text.replace(UNPRINTABLE, ' ').replace(/\s+/g, ' ').trim();
  if (line.length <= maxLength) return line;
  const chars = charactersOf(line);
  return chars.length <= maxLength ? line : `${chars.slice(0, maxLength - 1).join('')}…`;
};

/** `material: oak · width: 40` */
export const optionsText = (options: Readonly<Record<string, OptionValue>>): string =>
  Object.entries(options)
    .filter(([, value]) => value !== '' && value !== false)
    .map(([name, value]) => oneLine(value === true ? name : `${name}: ${value}`, 120))
    .join(' · ');

/** The address if a mail program may load it: absolute, or relative to the shop's. */
export function imageUrlOf(
  imageUrl: string | undefined,
  shop: { url?: string | undefined },
): string | undefined {
  if (imageUrl === undefined || !URL.canParse(imageUrl, shop.url)) return undefined;
  const { protocol, href } = new URL(imageUrl, shop.url);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

/** Who writes, and from where; a name that stands in the address already is not repeated. */
export const imprintOf = ({ name, address }: Shop): string =>
  address.startsWith(name) ? address : `${name} · ${address}`;
