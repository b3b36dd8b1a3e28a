/**
 * Development secrets: made once with the system's random source, kept in the data folder (mode 0600), never committed. A value in
 * the caller's environment wins over the kept one.
 */
import { randomBytes } from 'node:crypto';
import { type DataFolder, readJson, writeJson } from './data-folder.ts';

const password = () => randomBytes(24).toString('base64url');

const MAKERS = {
  SUPERUSER_PASSWORD: password,
  SHOP_PASSWORD: password,
  READER_PASSWORD: password,
  SERVICE_PASSWORD: password,
  JWT_SECRET: () => randomBytes(48).toString('base64url'),
  GUEST_TOKEN_KEYS: () => `k1:${randomBytes(32).toString('base64url')}`,
  LINK_TOKEN_KEYS: () => `k1:${randomBytes(32).toString('base64url')}`,
  OWNER_HASH_KEY: () => randomBytes(32).toString('base64url'),
  WEBHOOK_SECRET: () => `whsec_${randomBytes(32).toString('base64')}`,
} as const;

export type Secrets = Record<keyof typeof MAKERS, string>;

/** The settings among the secrets, by the names that config.ts reads. */
export function shopSecrets(folder: DataFolder): Record<string, string> {
  const { JWT_SECRET, GUEST_TOKEN_KEYS, LINK_TOKEN_KEYS, OWNER_HASH_KEY, WEBHOOK_SECRET } =
    readSecrets(folder);
  return { JWT_SECRET, GUEST_TOKEN_KEYS, LINK_TOKEN_KEYS, OWNER_HASH_KEY, WEBHOOK_SECRET };
}

/** The secrets of a data folder; missing ones are made and kept. The same answer every time. */
export function readSecrets(folder: DataFolder): Secrets {
  const path = folder.file('secrets.json');
  const kept = readJson<Partial<Secrets>>(path) ?? {};
  const whole = Object.fromEntries(
    Object.entries(MAKERS).map(([name, make]) => [name, kept[name as keyof Secrets] ?? make()]),
  ) as Secrets;
  if (Object.keys(MAKERS).some((name) => !(name in kept))) writeJson(path, whole);
  return whole;
}
