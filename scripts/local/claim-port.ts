/**
 * Ports that a start has chosen and not opened yet, known to all starts of this account on this machine: of two at once, each takes its own.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lock, tryLock } from './lock.ts';

const FOLDER = join(tmpdir(), `.cartwright-ports-${process.getuid?.() ?? 'own'}`);

const claims: Lock[] = [];

function keep(claim: Lock): void {
  if (claims.length === 0) process.once('exit', () => claims.forEach((each) => each.release()));
  claims.push(claim);
}

/**
 * False when another living process has claimed it. The claim ends with this process, however that ends; claiming again is harmless. Where
 * nothing can be written, every port is granted: whoever comes second is told when it opens it.
 */
export function claimPort(port: number): boolean {
  try {
    mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
    const outcome = tryLock(join(FOLDER, String(port)));
    if (!('release' in outcome)) return outcome.pid === process.pid;
    keep(outcome);
    return true;
  } catch {
    return true;
  }
}
