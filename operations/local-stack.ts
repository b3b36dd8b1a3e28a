/** The stack that `npm start` runs in this folder: where its API is, and a token that it believes. For trying things out, not for a shop. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SignJWT } from 'jose';
import { readConfig } from '../config.ts';
import { recallComponents } from '../scripts/local/component.ts';
import { Failure } from './failure.ts';

const folderOf = (data: string) => {
  const path = resolve(data);
  return { path, file: (...names: string[]) => join(path, ...names) };
};

const apiOf = (data: string) =>
  existsSync(resolve(data))
    ? recallComponents(folderOf(data)).find(({ name }) => name === 'api-1')
    : undefined;

/** Undefined where no stack was ever started in this folder. */
export function localApiUrl(data: string): string | undefined {
  const api = apiOf(data);
  return api?.ready.kind === 'http' ? new URL(api.ready.url).origin : undefined;
}

/** An operator's token, signed with the secret of the local stack, or with JWT_SECRET where that is set. */
export async function mintToken(data: string, subject: string, life: string): Promise<string> {
  const kept = apiOf(data)?.env ?? {};
  const { JWT_SECRET, JWT_ISSUER, JWT_AUDIENCE } = readConfig({ ...kept, ...process.env });
  if (JWT_SECRET === undefined) {
    throw new Failure(
      `There is no local stack in ${resolve(data)}. Run \`npm start\` first, or set JWT_SECRET; a shop's own tokens come from its sign-in.`,
    );
  }
  return await new SignJWT({ roles: ['operator'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setIssuer(JWT_ISSUER)
    .setAudience(JWT_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(life)
    .sign(new TextEncoder().encode(JWT_SECRET));
}
