/** A shop's published key set on loopback, with keys that rotate: what JWT_JWKS_URL points to. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface KeySet {
  url: string;
  /** How often it was fetched. */
  fetches(): number;
  /** From now on a new key signs, and only that one is published. */
  rotate(algorithm?: 'ES256' | 'RS256' | 'EdDSA'): Promise<void>;
  /** Signs with the present key, or with one that was never published. */
  sign(subject: string, more?: { unpublished?: boolean; audience?: string }): Promise<string>;
  close(): Promise<void>;
}

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

export async function openKeySet(): Promise<KeySet> {
  let published: JWK[] = [];
  let current: { pair: Pair; kid: string; alg: string };
  let fetches = 0;
  const make = async (alg: string) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    return { pair, kid: randomUUID(), alg };
  };
  async function rotate(alg = 'ES256'): Promise<void> {
    current = await make(alg);
    published = [{ ...(await exportJWK(current.pair.publicKey)), kid: current.kid, alg, use: 'sig' }];
  }
  await rotate();
  const server = createServer((_request, response) => {
    fetches += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/keys`,
    fetches: () => fetches,
    rotate,
    async sign(subject, { unpublished = false, audience = 'cartwright' } = {}) {
      const { pair, kid, alg } = unpublished ? await make('ES256') : current;
      return await new SignJWT()
        .setProtectedHeader({ alg, kid: unpublished ? current.kid : kid })
        .setSubject(subject)
        .setIssuer('cartwright')
        .setAudience(audience)
        .setExpirationTime('1h')
        .sign(pair.privateKey);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
