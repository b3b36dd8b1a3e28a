/**
 * The shop's published keys (JWKS). Fetched when first needed and again when they are old or a token names a key that is not among them,
 * but never twice within the cool-down: strangers can invent key ids as fast as they like. While the set cannot be fetched, known keys
 * go on for a bounded time, and what only a fetch could tell is an outage and no verdict on the token.
 * Source: https://www.rfc-editor.org/rfc/rfc7517
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** Keys older than this are fetched again: how long a withdrawn key may still be taken. */
export const KEY_SET_MAX_AGE_MS = 5 * 60_000;
/** Between two fetches, whatever tokens say. */
export const KEY_SET_COOL_DOWN_MS = 10_000;
/** How long known keys serve while the set cannot be fetched. */
export const KEY_SET_STALE_LIMIT_MS = 60 * 60_000;
const FETCH_TIMEOUT_MS = 3_000;

/** The keys cannot be had; nothing can be said about the token. */
class KeySetUnavailable extends Error {
  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The key set cannot be fetched: ${why}`, { cause });
  }
}

async function fetchKeys(url: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (response.status !== 200) throw new Error(`it answers ${response.status}`);
  return createLocalJWKSet((await response.json()) as JSONWebKeySet);
}

interface Fetched {
  pick: JWTVerifyGetKey;
  /** Epoch ms. */
  at: number;
}

class RemoteKeySet {
  readonly #url: string;
  readonly #now: () => number;
  #keys: Fetched | undefined;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  /** Why the last fetch failed; undefined after one that did not. */
  #failure: KeySetUnavailable | undefined;
  #pending: Promise<void> | undefined;

  constructor(url: string, now: () => number) {
    this.#url = url;
    this.#now = now;
  }

  readonly get: JWTVerifyGetKey = async (header, token) => {
    if (this.#age() >= KEY_SET_MAX_AGE_MS) await this.#refresh();
    try {
      return await this.#usable().pick(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh();
      // The key may be a new one that we could not fetch.
      if (this.#failure) throw this.#failure;
      return await this.#usable().pick(header, token);
    }
  };

  #age(): number {
    return this.#keys === undefined ? Number.POSITIVE_INFINITY : this.#now() - this.#keys.at;
  }

  #usable(): Fetched {
    const limit = this.#failure === undefined ? Number.POSITIVE_INFINITY : KEY_SET_STALE_LIMIT_MS;
    if (this.#keys !== undefined && this.#age() < limit) return this.#keys;
    throw this.#failure ?? new KeySetUnavailable('it was never fetched');
  }

  /** One fetch at a time and per cool-down, whoever asks. Does not throw: what came of it is in the fields. */
  async #refresh(): Promise<void> {
    if (this.#pending) return await this.#pending;
    if (this.#now() - this.#attemptedAt < KEY_SET_COOL_DOWN_MS) return;
    this.#attemptedAt = this.#now();
    this.#pending = this.#fetch();
    await this.#pending;
    this.#pending = undefined;
  }

  async #fetch(): Promise<void> {
    try {
      this.#keys = { pick: await fetchKeys(this.#url), at: this.#now() };
      this.#failure = undefined;
    } catch (error) {
      this.#failure = new KeySetUnavailable(error);
    }
  }
}

/** Nothing is fetched yet. `now`: epoch ms. */
export const createKeySet = (url: string, now: () => number): JWTVerifyGetKey =>
  new RemoteKeySet(url, now).get;
