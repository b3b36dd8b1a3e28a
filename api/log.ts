/** The log: JSON lines by pino, readable ones in development. What must never be in it is never given to it; redaction is the second net. */
import { type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

export type { Logger };

const SECRETS = ['authorization', 'cookie', 'set-cookie', 'cart-token', 'password', 'token', 'email'];

/** One logger per process. */
export const createLog = (config: Pick<Config, 'LOG_LEVEL' | 'LOG_PRETTY'>): Logger =>
  pino({
    level: config.LOG_LEVEL,
    base: { process: 'api' },
    redact: {
      paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `headers["${name}"]`]),
      remove: true,
    },
    ...(config.LOG_PRETTY ? { transport: { target: 'pino-pretty' } } : {}),
  });
