/** The log: JSON lines by pino, readable ones in development. What must never be in it is never given to it; redaction is the second net. */
import { type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from '../config.ts';

export type { Logger };

/** pino's number for it. */
const ERROR = 50;

const SECRETS = ['authorization', 'cookie', 'set-cookie', 'cart-token', 'password', 'token', 'email'];

/** One system call for each line would cost a fifth of a read's time. A process that is killed loses this much of its log at most. */
const BUFFER = { sync: false, minLength: 4_096, periodicFlush: 200 };

/** One logger per process. Lines are written together, five times a second; errors, and what comes before them, at once. */
export function createLog(config: Pick<Config, 'LOG_LEVEL' | 'LOG_PRETTY'>): Logger {
  const options = {
    level: config.LOG_LEVEL,
    base: { process: 'api' },
    redact: {
      paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `headers["${name}"]`]),
      remove: true,
    },
  };
  if (config.LOG_PRETTY) return pino({ ...options, transport: { target: 'pino-pretty' } });
  const destination = pino.destination(BUFFER);
  const hooks: LoggerOptions['hooks'] = {
    logMethod(args, write, level) {
      write.apply(this, args);
      if (level >= ERROR) destination.flush();
    },
  };
  return pino({ ...options, hooks }, destination);
}
