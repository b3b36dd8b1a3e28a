/**
 * How many connections there may be, in all and from one address, so that nobody who opens many and sends nothing keeps others out.
 * What is too much is closed before a byte of it is read. Proxies of ours carry everybody's connections and are not counted by address.
 */
import type http from 'node:http';
import type { Socket } from 'node:net';
import { createIsTrusted, readAddress } from './rate/client-address.ts';

export interface ConnectionLimits {
  /** Open connections of the whole process. */
  maxConnections: number;
  /** Open connections from one address (IPv6: as it stands; a household's many addresses meet the first limit). */
  maxPerAddress: number;
  /** Addresses and CIDR ranges that the second limit leaves out. */
  trustedProxies: readonly string[];
}

/** Once per server, before it listens. */
export function limitConnections(server: http.Server, limits: ConnectionLimits): void {
  const isTrusted = createIsTrusted(limits.trustedProxies);
  const open = new Map<string, number>();
  // Node drops what comes beyond this by itself.
  server.maxConnections = limits.maxConnections;
  server.on('connection', (socket: Socket) => {
    const address = readAddress(socket.remoteAddress ?? '');
    if (address === undefined || isTrusted(address)) return;
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > limits.maxPerAddress) socket.destroy();
  });
}
