/** Holds what came in against its schema and turns the faults into `validation_failed` with a path for each. */
import type { z } from '@hono/zod-openapi';
import { Problem } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** More would not help anybody, and an answer must not grow with the attack. */
const MAX_FAULTS = 20;

/** `operations[3].sku` */
const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');

function faultsOf(issue: Issue): { path: string; code: string; message: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathOf([...issue.path, key]),
      code: issue.code,
      message: 'This field is not known.',
    }));
  }
  return [{ path: pathOf(issue.path), code: issue.code, message: issue.message }];
}

/** The value as the schema gives it back. Throws `validation_failed`. */
export function validate<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap(faultsOf).slice(0, MAX_FAULTS);
  const [first] = errors;
  const where = first && first.path !== '' ? `${first.path}: ` : '';
  throw new Problem('validation_failed', `${where}${first?.message ?? 'The request is not valid.'}`, {
    errors,
  });
}
