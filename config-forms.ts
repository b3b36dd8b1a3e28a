/** The forms that settings take: durations, numbers, lists, keys, addresses. Each says in one sentence what is wrong and what to write. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { isTimeZone, parseQuietHours } from './cart/quiet-hours.ts';
import { FEATURES, type Feature, isFeature } from './contract/features.ts';
import { MAX_RECOVERY_MAILS } from './contract/limits.ts';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `250ms`, `3s`, `15m`, `24h`, `7d` → milliseconds. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * UNITS[unit as keyof typeof UNITS];
}

function toDuration(text: string, context: { addIssue(issue: string): void }): number {
  const value = parseDuration(text);
  if (value === undefined) context.addIssue(`'${text}' is not a duration; write 250ms, 3s, 15m, 24h or 7d`);
  return value ?? z.NEVER;
}

export const duration = (fallback: string) => z.string().default(fallback).transform(toDuration);

/** A duration that is not shorter than the least. */
export const durationFrom = (fallback: string, least: string) =>
  duration(fallback).refine(
    (ms) => ms >= (parseDuration(least) ?? 0),
    `is too short; write ${least} or longer`,
  );

/** A duration, or `off` (also `0`), which is 0. */
export const durationOrOff = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => (['off', '0'].includes(text) ? 0 : toDuration(text, context)));

export const integer = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', 'on', 'off', '1', '0'])
    .default(fallback ? 'true' : 'false')
    .transform((text) => ['true', 'on', '1'].includes(text));

export const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );

const KEY = /^[A-Za-z0-9_-]{1,16}:[A-Za-z0-9_-]{43,}$/;

export const guestTokenKeys = list('').pipe(
  z.array(z.string().regex(KEY, "write '<key id>:<base64url of at least 32 random bytes>'")),
);

/** `10.0.0.1`, `10.0.0.0/8`, `2001:db8::/32`. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

export const addressRanges = list('').pipe(
  z.array(z.string().refine(isAddressRange, 'write addresses or CIDR ranges, such as 10.0.0.0/8')),
);

/** As browsers send it: scheme, host and port, nothing behind. */
const isOrigin = (text: string): boolean =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

export const origins = list('').pipe(
  z.array(z.string().refine(isOrigin, 'write whole origins, such as https://shop.example')),
);

/** `merge=off,liveEvents=on` */
export const featureFlags = list('').transform((entries, context) => {
  const switches: Partial<Record<Feature, boolean>> = {};
  for (const entry of entries) {
    const [name = '', value = ''] = entry.split('=');
    if (isFeature(name) && ['on', 'off'].includes(value)) switches[name] = value === 'on';
    else
      context.addIssue(
        `'${entry}' is no switch; write <feature>=on or =off with one of ${Object.keys(FEATURES).join(', ')}`,
      );
  }
  return switches;
});

/** Never repeats the text: it is a secret. */
export const webhookSecrets = list('').pipe(
  z.array(
    z
      .string()
      .regex(
        /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
        'write whsec_<base64 of 24 to 64 random bytes>',
      ),
  ),
);

export const stripeWebhookSecrets = list('').pipe(
  z.array(z.string().regex(/^[A-Za-z0-9_]{16,255}$/, 'write whsec_… as Stripe shows it for the endpoint')),
);

/** Each entry through `parse`, which answers undefined for what it cannot read. */
export const entries = <T>(fallback: string, parse: (text: string) => T | undefined, cure: string) =>
  list(fallback).transform((texts, context) =>
    texts.flatMap((text): T[] => {
      const value = parse(text);
      if (value === undefined) context.addIssue(`'${text}' cannot be read; write ${cure}`);
      return value === undefined ? [] : [value];
    }),
  );

/** `de`, `de-AT`: what Intl knows how to write numbers and dates in. */
export const locale = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .refine(
      (text) => /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(text),
      'write a language tag, such as en or de-AT',
    );

/** Never repeats the text: it holds a password. */
export const smtpUrl = z
  .string()
  .refine(
    (text) => /^smtps?:\/\/[^/?#]+$/.test(text.replace(/\/$/, '')) && URL.canParse(text),
    'write smtp://user:password@host:port or smtps://user:password@host:port, special characters percent-encoded',
  );

const MAILBOX =
  /^(?:([^<>"\r\n]{1,100}?)\s*<([^\s<>@"]{1,64}@[A-Za-z0-9.-]{1,190})>|([^\s<>@"]{1,64}@[A-Za-z0-9.-]{1,190}))$/;

/** `Shop <orders@shop.example>`, or the address alone. */
export const mailbox = z.string().transform((text, context) => {
  const [, name, named, bare] = MAILBOX.exec(text.trim()) ?? [];
  const address = named ?? bare;
  if (address === undefined) context.addIssue('write `Shop <orders@shop.example>`, or an address alone');
  return address === undefined ? z.NEVER : { address, ...(name ? { name } : {}) };
});

/** `1h,24h,72h`: each later than the one before; `off` (also `0`) is none. */
export const risingDurations = (fallback: string) =>
  list(fallback).transform((texts, context) => {
    if (texts.length === 1 && ['off', '0'].includes(texts[0] ?? '')) return [];
    const values = texts.map((text) => toDuration(text, context));
    const isRising = values.every((value, index) => value > (values[index - 1] ?? 0));
    if (!isRising || values.length > MAX_RECOVERY_MAILS) {
      context.addIssue(`write 1 to ${MAX_RECOVERY_MAILS} durations, each longer than the one before, or off`);
    }
    return values;
  });

/** `22:00-08:00`; `off` is undefined. */
export const quietHours = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      if (text === 'off') return undefined;
      const hours = parseQuietHours(text);
      if (!hours) context.addIssue(`'${text}' is no span of the day; write 22:00-08:00 or off`);
      return hours;
    });

export const timeZone = z
  .string()
  .refine(isTimeZone, 'write the name of a time zone, such as Europe/Vienna or UTC')
  .optional();
