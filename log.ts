/**
 * The log of a process: JSON lines by pino, readable ones in development. What must never be in it is never given to it; redaction is the
 * second net. Nothing that anybody typed can end a line, colour a terminal or turn the direction of text.
 */
import { type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from './config.ts';

export type { Logger };

const SECRETS = ['authorization', 'cookie', 'set-cookie', 'cart-token', 'password', 'token', 'email'];

/** What JSON leaves as it is: DEL and C1 controls, line separators, bidirectional marks, the byte order mark. */
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const codeOf = (char: string): string => `u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Any escape of JSON; a doubled backslash first, so that what follows it is not taken for one. */
const ESCAPE = /\\(?:\\|u[0-9a-f]{4}|[bfnrt])/g;

const MESSAGE = /"msg":"(?:[^"\\]|\\.)*"\}\s*$/;

/** A line of JSON that is safe to show: plain escapes for what JSON would let through. */
export const escapeLine = (line: string): string => line.replace(UNPRINTABLE, (char) => `\\${codeOf(char)}`);

/** The same for pino-pretty, which reads the JSON and prints the message as it was: there the escapes must survive one reading. */
export const escapePrettyLine = (line: string): string =>
  line
    .replace(UNPRINTABLE, (char) => `\\\\${codeOf(char)}`)
    .replace(MESSAGE, (message) =>
      message.replace(ESCAPE, (escape) => (escape === '\\\\' ? escape : `\\${escape}`)),
    );

/** pino's number for it. */
const ERROR = 50;

/** One system call for each line would cost a fifth of a read's time. A process that is killed loses this much of its log at most. */
const BUFFER = { sync: false, minLength: 4_096, periodicFlush: 200 };

export interface LogOptions {
  /** Lines are written together, five times a second; errors, and what comes before them, at once. Not in the readable form. */
  isBuffered?: boolean;
  /** Each line is out before the call returns: for a process that may kill itself. Not in the readable form. */
  isSynchronous?: boolean;
}

/** One logger per process; `name` is on every line. */
export function createLog(
  config: Pick<Config, 'LOG_LEVEL' | 'LOG_PRETTY'>,
  name: string,
  { isBuffered = false, isSynchronous = false }: LogOptions = {},
): Logger {
  const options = {
    level: config.LOG_LEVEL,
    base: { process: name },
    redact: {
      paths: SECRETS.flatMap((secret) => [`["${secret}"]`, `*["${secret}"]`, `headers["${secret}"]`]),
      remove: true,
    },
  };
  if (config.LOG_PRETTY) {
    return pino({
      ...options,
      hooks: { streamWrite: escapePrettyLine },
      transport: { target: 'pino-pretty' },
    });
  }
  if (!isBuffered) {
    const destination = pino.destination({ sync: isSynchronous });
    return pino({ ...options, hooks: { streamWrite: escapeLine } }, destination);
  }
  const destination = pino.destination(BUFFER);
  const hooks: LoggerOptions['hooks'] = {
    streamWrite: escapeLine,
    logMethod(args, write, level) {
      write.apply(this, args);
      if (level >= ERROR) destination.flush();
    },
  };
  return pino({ ...options, hooks }, destination);
}
