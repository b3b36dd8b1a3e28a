/** Reads the message `restore`. The API made it from a published cart and the catalogue; a bad one by hand must not get into a cart. */
import { MAX_LINES, MAX_TEXT_LENGTH } from '../contract/limits.ts';
import type { Restore } from '../contract/operations.ts';
import { readOperation } from './read-message.ts';

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

const isText = (value: unknown, max: number): boolean => typeof value === 'string' && value.length <= max;

/** Undefined: it is a line. A line is what could have been added. */
function faultOf(line: unknown): string | undefined {
  if (!isText(fieldsOf(line).title, MAX_TEXT_LENGTH)) return 'lines: each with a title';
  const read = readOperation('addItem', line);
  return 'fault' in read ? read.fault : undefined;
}

/** The operation, or a sentence that says what is wrong with the message. */
export function readRestore(message: unknown): { operation: Restore } | { fault: string } {
  const { from, lines } = fieldsOf(message);
  if (!isText(from, MAX_TEXT_LENGTH)) return { fault: 'restore: from: the id of a cart' };
  if (!Array.isArray(lines) || lines.length > MAX_LINES) {
    return { fault: `restore: lines: a list of at most ${MAX_LINES}` };
  }
  const fault = lines.map(faultOf).find((found) => found !== undefined);
  if (fault !== undefined) return { fault: `restore: ${fault}` };
  return { operation: { type: 'restore', from: from as string, lines: lines as Restore['lines'] } };
}
