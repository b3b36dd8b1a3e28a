/** The API's log: written in pieces, because it writes a line for every request. */
import type { Config } from '../config.ts';
import { createLog as createProcessLog, type Logger } from '../log.ts';

export type { Logger };

/** One logger per process. Lines are written together, five times a second; errors, and what comes before them, at once. */
export const createLog = (config: Pick<Config, 'LOG_LEVEL' | 'LOG_PRETTY'>): Logger =>
  createProcessLog(config, 'api', { isBuffered: true });
