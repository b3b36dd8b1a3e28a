/** The settings that concern sockets, as the server takes them. */
import type { Config } from '../config.ts';
import type { ServerOptions } from './create-server.ts';

export const serverOptions = (config: Config): ServerOptions => ({
  headersTimeoutMs: config.HEADERS_TIMEOUT,
  requestTimeoutMs: config.BODY_TIMEOUT,
  keepAliveTimeoutMs: config.KEEP_ALIVE_TIMEOUT,
  connections: {
    maxConnections: config.MAX_CONNECTIONS,
    maxPerAddress: config.MAX_CONNECTIONS_PER_ADDRESS,
    trustedProxies: config.TRUSTED_PROXIES,
  },
});
