/**
 * Signatures as Standard Webhooks 1.0 writes them, over the raw bytes. Stricter than the reference library, which decodes the body
 * leniently and reads `1700000000abc` as a timestamp: of two different messages never both are accepted with one signature.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HeaderReader } from './payment-provider.ts';

/** Seconds that a timestamp may be away from now, in both directions. */
export const WEBHOOK_TOLERANCE_S = 300;

/** More would only be work for us: a rotation has two. */
const MAX_SIGNATURES = 16;

/** A dot would let the border between id and timestamp be moved without changing what is signed. */
const ID = /^[!-+\-/-~]{1,255}$/;
const TIMESTAMP = /^[1-9]\d{0,11}$/;
const PREFIX = 'whsec_';

export interface WebhookKeys {
  keys: readonly Buffer[];
}

/** The bytes of a secret `whsec_<base64>`; undefined unless they are 24 to 64, as the specification asks. */
export function webhookKey(secret: string): Buffer | undefined {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  const key = Buffer.from(text, 'base64');
  const isExact = key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  return isExact && key.length >= 24 && key.length <= 64 ? key : undefined;
}

const expected = (key: Buffer, id: string, timestamp: string, body: Uint8Array): string =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');

/** In constant time for texts of one length; the length of a signature is no secret. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export const isFresh = (timestampS: number, nowMs: number): boolean =>
  Math.abs(Math.floor(nowMs / 1_000) - timestampS) <= WEBHOOK_TOLERANCE_S;

/** Undefined when the message is genuine, else why not. Several signatures and several keys: one match is enough, so both can rotate. */
export function faultOfStandardWebhook(
  { keys }: WebhookKeys,
  body: Uint8Array,
  header: HeaderReader,
  nowMs: number,
): string | undefined {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    header(`webhook-${name}`),
  );
  if (id === undefined || timestamp === undefined || signatures === undefined) return 'a header is missing';
  if (!ID.test(id) || !TIMESTAMP.test(timestamp)) return 'a header is malformed';
  const given = signatures.split(' ');
  if (given.length > MAX_SIGNATURES) return 'too many signatures';
  const wanted = keys.map((key) => `v1,${expected(key, id, timestamp, body)}`);
  const isGenuine = given
    .map((one) => wanted.map((other) => isSame(one, other)))
    .flat()
    .includes(true);
  if (!isGenuine) return 'no signature matches';
  // After the signature: what a clock says is told to nobody who cannot sign.
  return isFresh(Number(timestamp), nowMs) ? undefined : 'the timestamp is too far from now';
}
