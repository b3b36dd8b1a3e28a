/**
 * Links of mails with anything changed, sent to the real server as people, programs and scanners would: one answer, no effect, and nothing of
 * the token in answer or log. tests/tokens puts millions of them before the verification alone.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLinkTokens, type LinkPurpose } from '../../mail/link-tokens.ts';
import { createDice, type Dice } from '../chaos/random.ts';
import { LINK_FORGERIES } from '../tokens/forge-link.ts';
import { MUTATIONS } from '../tokens/mutate.ts';
import { createLinkShop, FORM, type Left, type LinkShop, PAGE } from './left-carts.ts';
import { openRawSocket } from './raw-socket.ts';
import { type Answer, serveTestApi, toAnswer } from './test-api.ts';

let shop: LinkShop;
let server: Awaited<ReturnType<typeof serveTestApi>>;
let mine: Left;
let other: Left;

beforeAll(async () => {
  shop = await createLinkShop();
  server = await serveTestApi(shop.api);
  [mine, other] = [await shop.left(), await shop.left()];
});
afterAll(async () => {
  await server.close();
  await shop.api.close();
});

const PURPOSES = ['recover', 'unsubscribe'] as const;
const ROUNDS = 12;

/** Looking and pressing, as a person and as a program. */
const WAYS: RequestInit[] = [
  { headers: { accept: '*/*' } },
  { headers: PAGE },
  { method: 'HEAD' },
  {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  },
  { method: 'POST', headers: FORM, body: '' },
];

/** Turn by turn, so that every kind of change meets every way. */
let turn = 0;
async function ask(
  purpose: LinkPurpose,
  text: string,
  way?: RequestInit,
): Promise<Answer & { isHead: boolean }> {
  turn += 1;
  const init = way ?? WAYS[turn % WAYS.length];
  const answer = await toAnswer(
    await fetch(`${server.url}/${purpose}/${encodeURIComponent(text)}`, { ...init, redirect: 'manual' }),
  );
  return { ...answer, isHead: init?.method === 'HEAD' };
}

const codeOf = ({ status, body, text }: Answer): string =>
  body?.code ?? (status === 404 && text.includes('<h1>This link is not valid</h1>') ? 'link_invalid' : text);

const MARKS = (left: Left): string[] =>
  [left.recover, left.unsubscribe].flatMap((token) =>
    token
      .split('.')
      .slice(4)
      .map((part) => part.slice(4, 28)),
  );

function expectNothingTold({ headers, text }: Answer): void {
  expect(headers.get('set-cookie')).toBeNull();
  expect(headers.get('cart-token')).toBeNull();
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cache-control')).toBe('no-store');
  for (const mark of [...MARKS(mine), ...MARKS(other)]) expect(text).not.toContain(mark);
}

async function expectInvalid(purpose: LinkPurpose, text: string, how: string): Promise<void> {
  const answer = await ask(purpose, text);
  expect(answer.status, `${how}: ${text}`).toBe(404);
  if (!answer.isHead) expect(codeOf(answer), `${how}: ${text}`).toBe('link_invalid');
  expectNothingTold(answer);
}

const withoutEffect = async (act: () => Promise<void>): Promise<void> => {
  const before = await shop.traces();
  await act();
  expect(await shop.traces()).toEqual(before);
};

describe.each(PURPOSES)('a %s link', (purpose) => {
  test('that was changed in any way somebody may think of is none', { timeout: 120_000 }, async () => {
    const dice: Dice = createDice(purpose.length);
    const [token, theirs] = [mine[purpose], other[purpose]];
    const genuine = [token, theirs];
    await withoutEffect(async () => {
      for (const [how, mutation] of Object.entries(MUTATIONS))
        for (let round = 0; round < ROUNDS; round += 1) {
          const text = mutation(token, theirs, dice);
          if (text !== '' && !genuine.includes(text)) await expectInvalid(purpose, text, how);
        }
      for (const [how, forge] of Object.entries(LINK_FORGERIES))
        for (let round = 0; round < ROUNDS; round += 1) {
          const parts = token.split('.') as Parameters<typeof forge>[0];
          await expectInvalid(purpose, forge(parts, dice), how);
        }
    });
  });

  test('with one character changed, wherever, or cut off after any, is none', {
    timeout: 120_000,
  }, async () => {
    const token = mine[purpose];
    await withoutEffect(async () => {
      for (const [at, char] of token.split('').entries()) {
        await expectInvalid(
          purpose,
          `${token.slice(0, at)}${char === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`,
          `at ${at}`,
        );
        if (at > 0) await expectInvalid(purpose, token.slice(0, at), `cut at ${at}`);
      }
    });
  });

  test('that names another person, cart, absence or message under the old signature is none', async () => {
    const [version, key, named, expiry, told, signature] = mine[purpose].split('.');
    const { contactId, cartId, episode, step } = mine.link;
    await withoutEffect(async () => {
      for (const what of [
        [other.link.contactId, cartId, episode, step],
        [contactId, other.cartId, episode, step],
        [contactId, cartId, episode + 1, step],
        [contactId, cartId, episode, step + 1],
        [contactId, cartId, String(episode), step],
        [contactId, cartId, episode, step, 1],
        [],
        null,
      ]) {
        const changed = Buffer.from(JSON.stringify(what)).toString('base64url');
        await expectInvalid(
          purpose,
          [version, key, named, expiry, changed, signature].join('.'),
          'other payload',
        );
      }
      for (const spelling of [`${told}=`, `${told}==`, `${told}A`, `=${told}`])
        await expectInvalid(
          purpose,
          [version, key, named, expiry, spelling, signature].join('.'),
          'spelling',
        );
    });
  });

  test('for the other purpose, of another shop, or made with a key of before is none', async () => {
    const otherPurpose = purpose === 'recover' ? 'unsubscribe' : 'recover';
    const foreign = createLinkTokens({
      keys: [`k1:${Buffer.alloc(32, 9).toString('base64url')}`],
      now: Date.now,
    });
    const retired = createLinkTokens({
      keys: [`k0:${Buffer.alloc(32, 1).toString('base64url')}`],
      now: Date.now,
    });
    await withoutEffect(async () => {
      for (const way of WAYS) {
        const answer = await ask(purpose, mine[otherPurpose], way);
        expect(answer.status).toBe(404);
        expectNothingTold(answer);
      }
      for (const tokens of [foreign, retired])
        await expectInvalid(purpose, tokens.sign(purpose, mine.link, 3_600_000), 'foreign');
    });
  });

  test('whose time is over says so and no more, by whichever way', async () => {
    const keys = shop.api.config.LINK_TOKEN_KEYS;
    const old = createLinkTokens({ keys, now: () => Date.now() - 7_200_000 });
    await withoutEffect(async () => {
      for (const way of WAYS) {
        const answer = await ask(purpose, old.sign(purpose, mine.link, 3_600_000), way);
        expect(answer.status).toBe(410);
        expectNothingTold(answer);
      }
    });
  });

  test('is the same with its characters percent-encoded or with what trackers add, and none when encoded twice', async () => {
    const token = mine[purpose];
    const encoded = token
      .split('')
      .map((char) => `%${char.charCodeAt(0).toString(16)}`)
      .join('');
    await withoutEffect(async () => {
      for (const target of [
        token.replaceAll('.', '%2E'),
        encoded,
        `${token}?utm_source=mail`,
        `${token}?token=x`,
      ]) {
        const answer = await toAnswer(await fetch(`${server.url}/${purpose}/${target}`));
        expect(answer.status, target).toBe(200);
      }
      await expectInvalid(purpose, encoded, 'encoded twice');
    });
  });
});

describe('a target that no browser would send', () => {
  const targets = (token: string): string[] => [
    '',
    '.',
    '%00',
    `${token}%00`,
    `%00${token}`,
    `${token}%0d%0aSet-Cookie:%20a=b`,
    `${token}\u0000`,
    `${token}é`,
    `${token}%C3%A9`,
    `${token}%E2%80%AE`,
    `${token}%c0%ae`,
    `${token}%ff`,
    `${token}%`,
    `${token}%zz`,
    `${token}/`,
    `${token}/x`,
    `/${token}`,
    `../recover/${token}x`,
    `${token};a=b`,
    `${token}:80`,
    `${token}\\`,
    `${token}%2f..`,
    '__proto__',
    'l1.constructor.recover.1.e30.x',
    'A'.repeat(400),
    'A'.repeat(8_000),
    `${token}${'A'.repeat(15_000)}`,
    'A'.repeat(70_000),
  ];

  test.each(PURPOSES)('of a %s link has one documented answer and no effect', async (purpose) => {
    const codes = new Set<string>();
    await withoutEffect(async () => {
      for (const text of targets(mine[purpose])) {
        for (const method of ['GET', 'POST']) {
          const socket = await openRawSocket(server.port);
          const accept = 'Content-Length: 0\r\nConnection: close';
          socket.write(
            Buffer.from(`${method} /${purpose}/${text} HTTP/1.1\r\nHost: shop\r\n${accept}\r\n\r\n`, 'utf8'),
          );
          const { status, head, body } = await socket.answer();
          socket.destroy();
          const { code } = JSON.parse(body) as { code: string };
          codes.add(`${status} ${code}`);
          expect(head, text).not.toMatch(/set-cookie|cart-token/i);
          expect(head, text).toMatch(/cache-control: no-store/i);
          expect(head, text).toMatch(/referrer-policy: no-referrer/i);
          for (const mark of MARKS(mine)) expect(head + body).not.toContain(mark);
        }
      }
    });
    expect([...codes].sort()).toEqual([
      '400 invalid_header',
      '404 link_invalid',
      '404 route_not_found',
      '431 headers_too_large',
    ]);
  });
});

test('nothing of any token is in a log or a metric, whatever came of it', async () => {
  for (const left of [mine, other])
    for (const purpose of PURPOSES)
      for (const way of WAYS.slice(0, 3)) await ask(purpose, left[purpose], way);
  const logs = JSON.stringify(shop.api.logLines());
  const metrics = (await shop.api.fetch('/metrics')).text;
  expect(logs).toContain('GET /recover/{token}');
  for (const left of [mine, other])
    for (const mark of MARKS(left)) for (const place of [logs, metrics]) expect(place).not.toContain(mark);
  for (const purpose of PURPOSES)
    for (const place of [logs, metrics]) expect(place).not.toContain(`.${purpose}.`);
});
