/** A TCP gate in front of a server: open, shut (connections break and are refused) or frozen (nothing passes, nothing breaks). */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Gate {
  port: number;
  /** As if the server were down: breaks what is open, refuses what comes. */
  shut(): void;
  /** As if the server hung: connections stay, no byte passes. */
  freeze(): void;
  open(): void;
  close(): Promise<void>;
}

/** Listens on a free loopback port and passes everything on to `target`. */
export async function openGate(target: { host: string; port: number }): Promise<Gate> {
  let state: 'open' | 'shut' | 'frozen' = 'open';
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((inner) => {
    if (state === 'shut') return void inner.resetAndDestroy();
    const outer = connect(target);
    const pair: [Socket, Socket] = [inner, outer];
    pairs.add(pair);
    for (const [from, to] of [pair, [outer, inner]] as const) {
      from.on('error', () => undefined);
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
      from.pipe(to);
      if (state === 'frozen') from.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = () => [...pairs].flat();
  return {
    port: (server.address() as { port: number }).port,
    shut() {
      state = 'shut';
      for (const socket of sockets()) socket.resetAndDestroy();
    },
    freeze() {
      state = 'frozen';
      for (const [inner, outer] of pairs) {
        inner.unpipe(outer).pause();
        outer.unpipe(inner).pause();
      }
    },
    open() {
      const wasFrozen = state === 'frozen';
      state = 'open';
      if (!wasFrozen) return;
      for (const [inner, outer] of pairs) {
        inner.pipe(outer);
        outer.pipe(inner);
      }
    },
    async close() {
      for (const socket of sockets()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
