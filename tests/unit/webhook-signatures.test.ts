/** Signatures of payment webhooks: genuine ones pass, and nothing that was changed in any place ever does. */
import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createStripeWebhooks } from '../../payments/stripe-webhooks.ts';
import { createTestWebhooks } from '../../payments/test-webhooks.ts';
import type { ParseWebhook } from '../../payments/payment-provider.ts';
import {
  OTHER_WEBHOOK_SECRET,
  type Signed,
  sign,
  signStripe,
  STRIPE_WEBHOOK_SECRET,
  testEvent,
  WEBHOOK_SECRET,
} from '../support/payments.ts';

const NOW = Date.now();
const MINUTE = 60_000;
const MUTATIONS = 20_000;

const ours = createTestWebhooks([WEBHOOK_SECRET]);
const stripe = createStripeWebhooks([STRIPE_WEBHOOK_SECRET]);

const judge = (
  parse: ParseWebhook,
  { body, headers }: { body: string | Uint8Array; headers: Signed['headers'] },
) => parse(Buffer.from(body as string), (name) => headers[name], NOW);

const session = {
  id: 'evt_stripe',
  object: 'event',
  created: Math.floor(NOW / 1_000),
  type: 'checkout.session.completed',
  data: {
    object: {
      id: 'cs_1',
      object: 'checkout.session',
      metadata: { checkoutId: 'co_1' },
      payment_status: 'paid',
      status: 'complete',
      amount_total: 1_999,
      currency: 'eur',
    },
  },
};

type Mutant = { body: Uint8Array; headers: Signed['headers'] };

const pick = <T>(list: readonly T[]): T => list[randomInt(list.length)] as T;
const otherByte = (byte: number): number => (byte + 1 + randomInt(255)) % 256;

/** One byte changed, taken out or put in. */
function mutateBytes(bytes: Uint8Array): Uint8Array {
  const at = randomInt(bytes.length);
  const copy = Buffer.from(bytes);
  const kind = randomInt(3);
  if (kind === 0) copy[at] = otherByte(copy[at] ?? 0);
  if (kind === 1) return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1)]);
  if (kind === 2)
    return Buffer.concat([copy.subarray(0, at), Buffer.from([randomInt(256)]), copy.subarray(at)]);
  return copy;
}

const TAILS = [' ', 'x', ',', '.', '=', '0', '\u00a0', '%00', 'e0'];

/** One header changed: a character, a tail, a head, its case, another message's value, or gone. */
function mutateHeader(value: string): string | undefined {
  const changes: (() => string | undefined)[] = [
    () => Buffer.from(mutateBytes(Buffer.from(value))).toString('latin1'),
    () => value + pick(TAILS),
    () => pick(TAILS) + value,
    () => value.slice(0, randomInt(value.length)),
    () => value.toUpperCase(),
    () => value.toLowerCase(),
    () => '',
    () => undefined,
  ];
  return pick(changes)();
}

function mutate({ body, headers }: Signed, names: readonly string[]): Mutant {
  const bytes = Buffer.from(body);
  if (randomInt(2) === 0) return { body: mutateBytes(bytes), headers };
  const name = pick(names);
  const { [name]: value = '', ...others } = headers;
  const changed = mutateHeader(value);
  return { body: bytes, headers: changed === undefined ? others : { ...others, [name]: changed } };
}

const isUnchanged = (original: Signed, mutant: Mutant, names: readonly string[]): boolean =>
  Buffer.from(original.body).equals(mutant.body) &&
  names.every((name) => original.headers[name] === mutant.headers[name]);

/** How many of the mutants pass. Some change nothing, or only add another signature to a list: they are made anew. */
function accepted(parse: ParseWebhook, make: () => Signed, names: readonly string[]): string[] {
  const passed: string[] = [];
  for (let made = 0; made < MUTATIONS; ) {
    const original = make();
    const mutant = mutate(original, names);
    const list = mutant.headers[names[0] ?? ''] ?? '';
    const isLonger =
      list.split(/[ ,]/).length > (original.headers[names[0] ?? ''] ?? '').split(/[ ,]/).length;
    if (
      isUnchanged(original, mutant, names) ||
      (isLonger && list.includes(original.headers[names[0] ?? ''] ?? '-'))
    )
      continue;
    made += 1;
    if (judge(parse, mutant).kind !== 'refused') passed.push(JSON.stringify(mutant.headers));
  }
  return passed;
}

describe('a webhook of the test provider', () => {
  test('is read when the reference library has signed it', () => {
    const event = testEvent('payment.captured', 'co_1');
    expect(judge(ours, sign(event, NOW))).toEqual({
      kind: 'event',
      event: { id: event.id, type: 'payment.captured', at: event.timestamp, ...event.data },
    });
  });

  test('passes with one good signature among several, and under each secret of a rotation', () => {
    const event = testEvent('payment.captured', 'co_1');
    const rotating = createTestWebhooks([OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET]);
    expect(judge(ours, sign(event, NOW, OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET)).kind).toBe('event');
    expect(judge(rotating, sign(event, NOW, WEBHOOK_SECRET)).kind).toBe('event');
    expect(judge(rotating, sign(event, NOW, OTHER_WEBHOOK_SECRET)).kind).toBe('event');
    expect(judge(ours, sign(event, NOW, OTHER_WEBHOOK_SECRET)).kind).toBe('refused');
  });

  test.each([
    [-5 * MINUTE, 'event'],
    [5 * MINUTE, 'event'],
    [-5 * MINUTE - 1_000, 'refused'],
    [5 * MINUTE + 1_000, 'refused'],
  ])('%d ms from now is %s', (offset, kind) => {
    expect(judge(ours, sign(testEvent('payment.created', 'co_1'), NOW + offset)).kind).toBe(kind);
  });

  test('is refused without any of its headers, and with a list of signatures that never ends', () => {
    const good = sign(testEvent('payment.created', 'co_1'), NOW);
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      const { [name]: _gone, ...headers } = good.headers;
      expect(judge(ours, { ...good, headers }).kind, name).toBe('refused');
    }
    const flood = `${'v1,AAAA '.repeat(10_000)}${good.headers['webhook-signature']}`;
    expect(judge(ours, { ...good, headers: { ...good.headers, 'webhook-signature': flood } }).kind).toBe(
      'refused',
    );
  });

  test('cannot move the border between id, timestamp and body', () => {
    const { body, headers } = sign(testEvent('payment.created', 'co_1'), NOW);
    const id = `${headers['webhook-id']}.${headers['webhook-timestamp']}`;
    expect(judge(ours, { body, headers: { ...headers, 'webhook-id': id } }).kind).toBe('refused');
  });

  test('is ignored when its type is unknown, and refused when it is signed nonsense', () => {
    expect(judge(ours, sign({ type: 'invoice.sent', id: 'evt_1' }, NOW))).toEqual({
      kind: 'ignored',
      type: 'invoice.sent',
    });
    for (const nonsense of ['', '{', 'null', '[]', '{"type":"payment.captured"}']) {
      expect(judge(ours, sign(nonsense, NOW)).kind, nonsense).toBe('refused');
    }
    const event = testEvent('payment.captured', 'co_1', { amount: 19.99 });
    expect(judge(ours, sign(event, NOW)).kind).toBe('refused');
  });

  test('needs a secret of 24 to 64 bytes: an empty one would believe everybody', () => {
    expect(() => createTestWebhooks([])).toThrow(/WEBHOOK_SECRET/);
    for (const bytes of [0, 23, 65]) {
      const secret = `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;
      expect(() => createTestWebhooks([secret]), String(bytes)).toThrow(/24 to 64/);
    }
    expect(() => createTestWebhooks(['whsec_!!!!'])).toThrow(/24 to 64/);
  });

  test(`never passes with anything changed (${MUTATIONS} times)`, { timeout: 60_000 }, () => {
    const names = ['webhook-signature', 'webhook-timestamp', 'webhook-id'];
    const make = () => sign(testEvent('payment.captured', 'co_1'), NOW);
    expect(accepted(ours, make, names)).toEqual([]);
  });
});

describe('a webhook of Stripe', () => {
  test('is read when Stripe’s library has signed it', () => {
    expect(judge(stripe, signStripe(session, NOW))).toMatchObject({
      kind: 'event',
      event: {
        id: 'evt_stripe',
        type: 'payment.captured',
        paymentId: 'cs_1',
        checkoutId: 'co_1',
        amount: 1_999,
      },
    });
  });

  test('passes under each secret of a rotation, and within 300 s in both directions', () => {
    const rotating = createStripeWebhooks(['whsec_another_secret_of_stripe', STRIPE_WEBHOOK_SECRET]);
    expect(judge(rotating, signStripe(session, NOW)).kind).toBe('event');
    for (const [offset, kind] of [
      [-5 * MINUTE, 'event'],
      [5 * MINUTE, 'event'],
      [-5 * MINUTE - 1_000, 'refused'],
      [5 * MINUTE + 1_000, 'refused'],
    ] as const) {
      expect(judge(stripe, signStripe(session, NOW + offset)).kind, String(offset)).toBe(kind);
    }
  });

  test('is refused with a byte order mark or broken UTF-8, which the library would decode away', () => {
    const { body, headers } = signStripe(session, NOW);
    expect(judge(stripe, { body: `\u{feff}${body}`, headers }).kind).toBe('refused');
    const replaced = signStripe({ ...session, note: '\u{fffd}' }, NOW);
    const bytes = Buffer.from(replaced.body);
    const at = bytes.indexOf(Buffer.from('\u{fffd}'));
    const broken = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]);
    expect(judge(stripe, { body: broken, headers: replaced.headers }).kind).toBe('refused');
  });

  test('needs a secret', () => {
    expect(() => createStripeWebhooks([])).toThrow(/STRIPE_WEBHOOK_SECRET/);
    expect(() => createStripeWebhooks([' '])).toThrow(/STRIPE_WEBHOOK_SECRET/);
  });

  test(`never passes with anything changed (${MUTATIONS} times)`, { timeout: 60_000 }, () => {
    expect(accepted(stripe, () => signStripe(session, NOW), ['stripe-signature'])).toEqual([]);
  });
});
