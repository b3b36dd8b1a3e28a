/**
 * What mails say: one JSON file for each language, checked as a whole when a process starts, so that no shopper is the first to read a
 * missing sentence. A shop may bring a folder of its own (MAIL_TEXTS).
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A sentence with no other `{names}` than these. */
const sentence = (...names: readonly string[]) =>
  z
    .string()
    .min(1)
    .max(1_000)
    .superRefine((text, context) => {
      for (const [whole, name = ''] of text.matchAll(/\{(\w*)\}/g)) {
        if (!names.includes(name))
          context.addIssue(
            `${whole} is not filled in here${names.length > 0 ? `; there is ${names.map((known) => `{${known}}`).join(', ')}` : ''}`,
          );
      }
    });

const step = (...names: readonly string[]) =>
  z.strictObject({
    subject: sentence(...names),
    preheader: sentence(...names),
    heading: sentence(...names),
    body: sentence(...names),
    button: sentence(),
    footer: sentence(...names),
  });

const reminder = step('shop', 'title', 'count');

const textsSchema = z.strictObject({
  recovery: z.strictObject({ 1: reminder, 2: reminder, 3: reminder }),
  confirmation: step('shop', 'orderId', 'total'),
  words: z.strictObject({
    orderNumber: sentence(),
    placedAt: sentence(),
    quantity: sentence(),
    each: sentence('price'),
    unavailable: sentence(),
    onlyLeft: sentence('count'),
    subtotal: sentence(),
    discount: sentence(),
    shipping: sentence(),
    tax: sentence(),
    includedTax: sentence(),
    total: sentence(),
    whyRecovery: sentence('shop'),
    whyConfirmation: sentence('shop'),
    unsubscribe: sentence(),
    unsubscribeText: sentence('url'),
  }),
});

export type Texts = z.infer<typeof textsSchema>;

/** By language: `en`, `de`. */
export type AllTexts = ReadonlyMap<string, Texts>;

const OWN = fileURLToPath(new URL('texts/', import.meta.url));

function readTexts(file: string): Texts {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`The texts of mails in ${file} cannot be read: ${(error as Error).message}`);
  }
  const result = textsSchema.safeParse(content);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The texts of mails in ${file} are not complete:\n${lines.join('\n')}`);
}

/** All languages of a folder (default: ours). Throws one Error that names the file and every mistake in it. */
export function loadTexts(folder: string = OWN): AllTexts {
  const names = readdirSync(folder).filter((name) => /^[a-z]{2,3}\.json$/.test(name));
  if (names.length === 0)
    throw new Error(`There are no texts of mails in ${folder}: a file such as en.json is needed.`);
  return new Map(names.sort().map((name) => [name.slice(0, -5), readTexts(path.join(folder, name))]));
}

const languageOf = (locale: string): string => locale.toLowerCase().split('-')[0] ?? '';

/** What a mail is written in: the texts, and the locale for numbers and dates. */
export interface Voice {
  texts: Texts;
  locale: string;
}

const isUsable = (locale: string): boolean => {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
};

/** The first of the wishes whose language there is (`de-AT` finds `de`); else English, else whatever there is. Never throws. */
export function chooseVoice(all: AllTexts, wishes: readonly (string | null | undefined)[]): Voice {
  for (const locale of wishes) {
    const texts = locale && isUsable(locale) ? all.get(languageOf(locale)) : undefined;
    if (locale && texts) return { texts, locale };
  }
  const [first] = all.entries();
  const english = all.get('en');
  if (english) return { texts: english, locale: 'en' };
  if (!first) throw new Error('There are no texts of mails.');
  return { texts: first[1], locale: first[0] };
}

/** Puts values into `{names}`; what comes in is not looked at again. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : whole,
  );
