/** The id that ties an answer to its log lines: the caller's when it is well-formed, else a new one. */
import { randomUUID } from 'node:crypto';

const WELL_FORMED = /^[A-Za-z0-9._-]{1,128}$/;

/** Never fails: a malformed id is replaced, because a request is worth more than its label. */
export const requestIdOf = (header: string | undefined): string =>
  header !== undefined && WELL_FORMED.test(header) ? header : randomUUID();
