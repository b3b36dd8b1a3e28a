/**
 * Refuses machines on which the local stack cannot run, in words that say what to do instead.
 */
import { UserError } from './user-error.ts';

const OLDEST = [20, 19] as const;

/** Throws a UserError when Node is too old or the platform has no POSIX processes. */
export function checkMachine(
  version = process.versions.node,
  platform: NodeJS.Platform = process.platform,
): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new UserError(
      `This needs Node ${OLDEST.join('.')} or newer; you have ${version}. Get it from https://nodejs.org.`,
    );
  }
  if (platform === 'win32') {
    throw new UserError(
      'The local stack runs on Linux and macOS. On Windows use WSL 2 (run the same command inside it) or docker compose up.',
    );
  }
}
