/** Addresses, languages and time zones as they come in, by form or by token; and what is told about them. */
import { z } from '@hono/zod-openapi';

const MAX_LOCAL_PART = 64;

/** ASCII, one line, one address: nothing that a mail header could be made of. Source of the lengths: RFC 5321, 4.5.3.1 */
export const emailSchema = z
  .email()
  .max(254)
  .refine((text) => text.lastIndexOf('@') <= MAX_LOCAL_PART, 'The part before the @ is too long.');

function canonicalLocale(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}

/** Names only: an offset (`+02:00`) does not know of summer time. */
function isTimeZone(text: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions();
    return timeZone !== '' && /^[A-Za-z]/.test(text);
  } catch {
    return false;
  }
}

export const localeSchema = z
  .string()
  .min(2)
  .max(35)
  .refine((text) => canonicalLocale(text) !== undefined, 'Write a BCP 47 tag, such as de-AT.')
  .transform((text) => canonicalLocale(text) ?? text)
  .openapi({ type: 'string', description: 'Language of mails, BCP 47.', example: 'de-AT' });

export const timeZoneSchema = z
  .string()
  .min(2)
  .max(64)
  .refine(isTimeZone, 'Write an IANA time zone, such as Europe/Vienna.')
  .openapi({ description: 'IANA name: no mail comes at night there.', example: 'Europe/Vienna' });

export const contactSchema = z
  .strictObject({
    email: emailSchema
      .optional()
      .openapi({ description: 'May be left out by customers whose token has one.', format: 'email' }),
    marketingConsent: z.boolean().openapi({
      description:
        '`true`: the shopper agrees to e-mails about a cart that they have left. `false`: they do not want any; this ends a consent, and is also heeded where an earlier order would be reason enough.',
    }),
    locale: localeSchema.optional(),
    timeZone: timeZoneSchema.optional(),
  })
  .openapi('Contact');

export type ContactBody = z.output<typeof contactSchema>;

export const contactStateSchema = z
  .object({
    marketingConsent: z.boolean(),
    basis: z.enum(['consent', 'customer']).nullable().openapi({
      description:
        'Why the owner may be written to: consent, or an earlier order. `null`: not at all. Whether the recipient has unsubscribed elsewhere is not told.',
    }),
  })
  .openapi('ContactState');
