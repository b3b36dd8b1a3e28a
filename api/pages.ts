/** Lists come in pages: how many entries, and where the page before ended. */
import { z } from '@hono/zod-openapi';
import { Problem } from './problem.ts';

export const PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

/** `things`: what the list holds, for the reference page. `maxCursor`: characters of the longest cursor. */
export const pageQueryOf = (things: string, maxCursor = 200) =>
  z.object({
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(MAX_PAGE_SIZE)
      .optional()
      .openapi({ type: 'integer', description: `${things} on a page; ${PAGE_SIZE} by default.` }),
    cursor: z
      .string()
      .max(maxCursor)
      .regex(/^[A-Za-z0-9_-]+$/)
      .optional()
      .openapi({ description: '`nextCursor` of the page before.' }),
  });

/** For a cursor that was not made here. */
export function badCursor(): Problem {
  const message = 'This is not a cursor of ours.';
  return new Problem('validation_failed', message, { errors: [{ path: 'cursor', code: 'custom', message }] });
}
