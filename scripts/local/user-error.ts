/**
 * A failure that the person at the keyboard can mend: shown as its sentence alone, without a stack trace.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** The text to show for anything thrown: the sentence of a UserError, the stack of a surprise. */
export function explain(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
