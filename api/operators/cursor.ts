/** Cursors: where a page ended, made opaque so that nobody builds one. */
import { badCursor } from '../pages.ts';

export const toCursor = (position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/** The parts, as `read` takes them. Throws `validation_failed` for what was not made here. */
export function fromCursor<Position>(
  cursor: string | undefined,
  read: (parts: unknown[]) => Position | undefined,
): Position | undefined {
  if (cursor === undefined) return undefined;
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
    const position = Array.isArray(parts) ? read(parts as unknown[]) : undefined;
    if (position !== undefined && toCursor(parts as string[]) === cursor) return position;
  } catch {
    // Not JSON.
  }
  throw badCursor();
}
