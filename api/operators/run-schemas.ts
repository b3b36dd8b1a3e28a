/** What the books of the recurring workflows have in common: when a run was, and what became of it. */
import { z } from '@hono/zod-openapi';

/** Runs that a list shows. */
export const SHOWN_RUNS = 20;

const instant = z.iso.datetime();
export const count = z.int().min(0);

export const runFields = {
  number: count,
  trigger: z.enum(['schedule', 'operator']),
  status: z.enum(['running', 'finished', 'failed', 'cancelled', 'lost']),
  startedAt: instant,
  finishedAt: instant.nullable(),
};

/** The answer to "run it now". `name`: of the schema in the contract. */
export const startedSchema = (name: string) =>
  z
    .object({
      isFresh: z.boolean().openapi({ description: 'False: a run on demand was under way, and goes on.' }),
    })
    .openapi(name);
