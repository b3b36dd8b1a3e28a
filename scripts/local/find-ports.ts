/**
 * Chooses loopback ports. A default port that is taken is moved; one that was asked for by flag or environment is never moved, but
 * named in the error.
 */
import { createServer } from 'node:net';
import { claimPort } from './claim-port.ts';
import { UserError } from './user-error.ts';

const LOOPBACK = '127.0.0.1';
// Below the range from which the kernel takes the ports of outgoing connections (32768 and up): a killed component must find its
// own port still free when it comes back.
const FIRST = 15_000;
const LAST = 31_900;

/** True when this port can be bound on loopback now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export interface PortWish {
  /** What the port is for, in the words of the error message. */
  label: string;
  /** Asked for by the user: taken means an error. */
  asked?: number | undefined;
  /** How it was asked for, e.g. `--port`. */
  askedBy?: string;
  /** Tried first when nothing was asked for: the port of the last start, then the default. */
  preferred?: number | undefined;
}

/** One port for the wish, none of `reserved`; it is added to `reserved`. Throws a UserError when an asked-for port is taken. */
export async function findPort(wish: PortWish, reserved: Set<number>): Promise<number> {
  const port =
    wish.asked === undefined ? await nearestFree(wish.preferred, reserved) : await askedPort(wish, reserved);
  reserved.add(port);
  return port;
}

async function askedPort(wish: PortWish, reserved: Set<number>): Promise<number> {
  const port = wish.asked ?? 0;
  if (port === 0) return nearestFree(undefined, reserved);
  if (!reserved.has(port) && (await isPortFree(port))) return port;
  throw new UserError(
    `Port ${port} (${wish.label}, asked for by ${wish.askedBy ?? 'you'}) is taken by another program. Stop that program, choose another port, or leave the choice to us.`,
  );
}

async function nearestFree(preferred: number | undefined, reserved: Set<number>): Promise<number> {
  const near = preferred === undefined ? [] : Array.from({ length: 20 }, (_, step) => preferred + step);
  const far = Array.from({ length: 200 }, () => FIRST + Math.floor(Math.random() * (LAST - FIRST)));
  for (const port of [...near, ...far]) {
    const canBeHad = port <= 65_535 && !reserved.has(port) && (await isPortFree(port));
    if (canBeHad && claimPort(port)) return port;
  }
  throw new UserError('No free port was found on 127.0.0.1 after 200 tries.');
}
