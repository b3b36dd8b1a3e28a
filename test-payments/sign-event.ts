/** Signs events as Standard Webhooks do, by the reference library; and wrongly, in every way that a shop must notice. */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

export const SIGNATURES = [
  'valid',
  'wrongSecret',
  'tampered',
  'old',
  'future',
  'missing',
  'garbage',
] as const;

/** `tampered`: the body is changed after it was signed. `old`, `future`: well signed, ten minutes away from now. */
export type SignatureKind = (typeof SIGNATURES)[number];

const TEN_MINUTES = 600_000;
const OFFSETS: Partial<Record<SignatureKind, number>> = { old: -TEN_MINUTES, future: TEN_MINUTES };

export interface SignedMessage {
  body: string;
  headers: Record<string, string>;
}

export interface Message {
  id: string;
  body: string;
  kind: SignatureKind;
}

/** The time is now: a message that is sent again is signed again. */
export function signMessage(secret: string, { id, body, kind }: Message): SignedMessage {
  const type = { 'content-type': 'application/json' };
  if (kind === 'missing') return { body, headers: type };
  const at = new Date(Date.now() + (OFFSETS[kind] ?? 0));
  const key = kind === 'wrongSecret' ? `whsec_${randomBytes(32).toString('base64')}` : secret;
  const signature = kind === 'garbage' ? 'v1,garbage' : new Webhook(key).sign(id, at, body);
  return {
    body: kind === 'tampered' ? body.replace(/"amount":\d+/, '"amount":1') : body,
    headers: {
      ...type,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signature,
    },
  };
}
