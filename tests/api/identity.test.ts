/** Who is calling: guest tokens and customer tokens, genuine and forged. */
import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT, createLocalJWKSet, UnsecuredJWT, base64url } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCustomerTokens } from '../../api/identity/customer-token.ts';
import { createGuestTokens } from '../../api/identity/guest-token.ts';
import { customerToken, JWT_SECRET } from './test-api.ts';

const key = (id: string, fill: number) => `${id}:${Buffer.alloc(32, fill).toString('base64url')}`;

describe('a guest token', () => {
  const tokens = createGuestTokens([key('k2', 2), key('k1', 1)]);

  test('carries at least 128 random bits and its key id', () => {
    const ids = new Set(Array.from({ length: 1_000 }, () => tokens.mint()));
    expect(ids.size).toBe(1_000);
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(16);
    expect(tokens.sign(tokens.mint())).toMatch(/^v1\.k2\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/);
  });

  test('signed with an older key is accepted and known to be older', () => {
    const guestId = tokens.mint();
    const old = createGuestTokens([key('k1', 1)]).sign(guestId);
    expect(tokens.verify(old)).toEqual({ guestId, isCurrent: false });
    expect(tokens.verify(tokens.sign(guestId))).toEqual({ guestId, isCurrent: true });
  });

  test('signed with a key that was taken away is refused', () => {
    expect(createGuestTokens([key('k1', 1)]).verify(tokens.sign(tokens.mint()))).toBeUndefined();
  });

  test('with any character changed is refused', () => {
    const token = tokens.sign(tokens.mint());
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...alphabet.split('')), (at, char) => {
        const forged = token.slice(0, at) + char + token.slice(at + 1);
        if (forged !== token) expect(tokens.verify(forged)).toBeUndefined();
      }),
      { numRuns: 5_000 },
    );
  });

  test('made of anything else is refused', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => tokens.verify(text) === undefined),
      { numRuns: 2_000 },
    );
  });

  test('cannot be made without a key', () => {
    expect(() => createGuestTokens([])).toThrow(/GUEST_TOKEN_KEYS/);
  });
});

describe('a customer token', () => {
  const config = {
    JWT_SECRET,
    JWT_JWKS_URL: undefined,
    JWT_ISSUER: 'cartwright',
    JWT_AUDIENCE: 'cartwright',
  };
  const verify = createCustomerTokens({ config, now: Date.now });
  const secret = new TextEncoder().encode(JWT_SECRET);
  const claims = () =>
    new SignJWT({})
      .setSubject('ada')
      .setIssuer('cartwright')
      .setAudience('cartwright')
      .setExpirationTime('1h');
  const hs256 = { alg: 'HS256' } as const;
  const refused = (code: string) => expect.objectContaining({ code });

  test('names the customer and when it ends', async () => {
    await expect(verify(await customerToken('ada'))).resolves.toMatchObject({
      subject: 'ada',
      issuer: 'cartwright',
    });
  });

  test('that has expired says so', async () => {
    const token = await customerToken('ada', {}, Math.floor(Date.now() / 1_000) - 60);
    await expect(verify(token)).rejects.toEqual(refused('token_expired'));
  });

  const forged: [string, () => Promise<string> | string][] = [
    [
      'no signature (alg none)',
      () =>
        new UnsecuredJWT({})
          .setSubject('ada')
          .setIssuer('cartwright')
          .setAudience('cartwright')
          .setExpirationTime('1h')
          .encode(),
    ],
    [
      'another secret',
      () =>
        claims()
          .setProtectedHeader(hs256)
          .sign(new TextEncoder().encode('x'.repeat(40))),
    ],
    ['another issuer', () => claims().setIssuer('evil').setProtectedHeader(hs256).sign(secret)],
    ['another audience', () => claims().setAudience('other').setProtectedHeader(hs256).sign(secret)],
    [
      'no audience',
      () =>
        new SignJWT({})
          .setSubject('a')
          .setIssuer('cartwright')
          .setExpirationTime('1h')
          .setProtectedHeader(hs256)
          .sign(secret),
    ],
    [
      'no expiry',
      () =>
        new SignJWT({})
          .setSubject('a')
          .setIssuer('cartwright')
          .setAudience('cartwright')
          .setProtectedHeader(hs256)
          .sign(secret),
    ],
    [
      'no subject',
      () =>
        new SignJWT({})
          .setIssuer('cartwright')
          .setAudience('cartwright')
          .setExpirationTime('1h')
          .setProtectedHeader(hs256)
          .sign(secret),
    ],
    ['an empty subject', () => claims().setSubject('').setProtectedHeader(hs256).sign(secret)],
    [
      'a subject of 256 characters',
      () => claims().setSubject('x'.repeat(256)).setProtectedHeader(hs256).sign(secret),
    ],
    [
      'a subject that is a number',
      () =>
        new SignJWT({ sub: 7 } as never)
          .setIssuer('cartwright')
          .setAudience('cartwright')
          .setExpirationTime('1h')
          .setProtectedHeader(hs256)
          .sign(secret),
    ],
    ['a start in the future', () => claims().setNotBefore('10m').setProtectedHeader(hs256).sign(secret)],
    [
      'HS512',
      () =>
        claims()
          .setProtectedHeader({ alg: 'HS512' })
          .sign(new TextEncoder().encode(JWT_SECRET + JWT_SECRET)),
    ],
    ['a header that is no JSON', () => 'abc.def.ghi'],
    [
      'an unknown critical extension',
      () =>
        claims()
          .setProtectedHeader({ alg: 'HS256', crit: ['x'], x: 1 })
          .sign(secret, { crit: { x: true } }),
    ],
  ];
  test.each(forged)('with %s is invalid', async (_name, make) => {
    await expect(verify(await make())).rejects.toEqual(refused('token_invalid'));
  });

  test('with any character of the signature changed is invalid', async () => {
    const token = await customerToken('ada');
    const start = token.lastIndexOf('.') + 1;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 42 }),
        fc.constantFrom('A', 'b', '7', '_'),
        async (at, char) => {
          const forgedToken = token.slice(0, start + at) + char + token.slice(start + at + 1);
          if (forgedToken !== token)
            await expect(verify(forgedToken)).rejects.toEqual(refused('token_invalid'));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is refused where no key is configured', async () => {
    const keyless = createCustomerTokens({ config: { ...config, JWT_SECRET: undefined }, now: Date.now });
    await expect(keyless(await customerToken('ada'))).rejects.toEqual(refused('token_invalid'));
  });

  describe('signed with a published key', () => {
    let pair: Awaited<ReturnType<typeof generateKeyPair>>;
    let byKeySet: ReturnType<typeof createCustomerTokens>;
    let publicText: string;
    beforeAll(async () => {
      pair = await generateKeyPair('ES256');
      const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'a', alg: 'ES256' };
      publicText = JSON.stringify(jwk);
      byKeySet = createCustomerTokens({
        config: { ...config, JWT_SECRET: undefined },
        keySet: createLocalJWKSet({ keys: [jwk] }),
        now: Date.now,
      });
    });

    test('is accepted', async () => {
      const token = await claims().setProtectedHeader({ alg: 'ES256', kid: 'a' }).sign(pair.privateKey);
      await expect(byKeySet(token)).resolves.toMatchObject({ subject: 'ada' });
    });

    test('is refused under an unknown key id', async () => {
      const token = await claims().setProtectedHeader({ alg: 'ES256', kid: 'b' }).sign(pair.privateKey);
      await expect(byKeySet(token)).rejects.toEqual(refused('token_invalid'));
    });

    test('cannot be forged with the public key as a secret', async () => {
      const token = await claims()
        .setProtectedHeader({ alg: 'HS256', kid: 'a' })
        .sign(new TextEncoder().encode(publicText));
      await expect(byKeySet(token)).rejects.toEqual(refused('token_invalid'));
    });

    test('is not trusted for the key that it brings along', async () => {
      const other = await generateKeyPair('ES256');
      const jwk = await exportJWK(other.publicKey);
      const token = await claims().setProtectedHeader({ alg: 'ES256', jwk }).sign(other.privateKey);
      await expect(byKeySet(token)).rejects.toEqual(refused('token_invalid'));
    });

    test('is not checkable while the key set is out of reach', async () => {
      const remote = createCustomerTokens({
        config: { ...config, JWT_SECRET: undefined, JWT_JWKS_URL: 'http://127.0.0.1:9/keys' },
        now: Date.now,
      });
      const token = await claims().setProtectedHeader({ alg: 'ES256', kid: 'a' }).sign(pair.privateKey);
      await expect(remote(token)).rejects.toEqual(refused('dependency_unavailable'));
    });
  });

  test('is never accepted in random form', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.jsonValue(), fc.jsonValue(), fc.base64String()),
        async ([header, payload, signature]) => {
          const token = [
            base64url.encode(JSON.stringify(header)),
            base64url.encode(JSON.stringify(payload)),
            signature,
          ].join('.');
          await expect(verify(token)).rejects.toEqual(refused('token_invalid'));
        },
      ),
      { numRuns: 300 },
    );
  });
});
