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
  /** From now on it answers with this status and text instead of its keys; with nothing, with its keys again. */
  answerWith(status?: number, text?: string): void;
  /** Signs with the present key, or with one that was never published. */
  sign(subject: string, more?: { unpublished?: boolean; kid?: string; audience?: string }): Promise<string>;
  close(): Promise<void>;
}

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

export async function openKeySet(): Promise<KeySet> {
  let published: JWK[] = [];
  let current: { pair: Pair; kid: string; alg: string };
  let fetches = 0;
  let other: { status: number; text: string } | undefined;
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
    response.statusCode = other?.status ?? 200;
    const text = other?.text ?? JSON.stringify({ keys: published });
    response.setHeader('content-type', 'application/json').end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/keys`,
    fetches: () => fetches,
    answerWith(status, text = '') {
      other = status === undefined ? undefined : { status, text };
    },
    rotate,
    async sign(subject, { unpublished = false, kid = current.kid, audience = 'cartwright' } = {}) {
      const { pair, alg } = unpublished ? await make('ES256') : current;
      return await new SignJWT()
        .setProtectedHeader({ alg, kid })
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
