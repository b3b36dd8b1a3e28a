/**
 * Reads messages that may have been written by hand in Temporal UI or on a command line: total, tiny, and without a schema
 * library (a cached cart would grow fivefold). What the API sends has been through its schemas already and passes unchanged.
 */
import {
  LINE_ID_PATTERN,
  MAX_BATCH_OPERATIONS,
  MAX_OPTIONS,
  MAX_QUANTITY,
  MAX_SKU_LENGTH,
  MAX_TEXT_LENGTH,
  NAME_PATTERN,
  SKU_PATTERN,
} from '../contract/limits.ts';
import type { CartOperation, OperationType } from '../contract/operations.ts';
import { areFacts } from './read-facts.ts';

type Fields = Record<string, unknown>;

/** The operation, or a sentence that says what is wrong with the message. */
export type ReadOperation = { operation: CartOperation } | { fault: string };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown, pattern: string, max: number): value is string =>
  typeof value === 'string' && value.length <= max && new RegExp(pattern).test(value);

const isQuantity = (value: unknown, min: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= MAX_QUANTITY;

function isRecordOf(value: unknown, isValue: (value: unknown) => boolean): boolean {
  if (value === undefined) return true;
  if (!isFields(value) || Object.keys(value).length > MAX_OPTIONS) return false;
  return Object.entries(value).every(([name, entry]) => isText(name, NAME_PATTERN, 64) && isValue(entry));
}

const isShortText = (value: unknown): boolean => typeof value === 'string' && value.length <= MAX_TEXT_LENGTH;
const isOptionValue = (value: unknown): boolean =>
  isShortText(value) || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

function faultOfDetails(fields: Fields): string | undefined {
  if (!isRecordOf(fields.options, isOptionValue)) return 'options: an object of texts and numbers';
  if (!isRecordOf(fields.attributes, isShortText)) return 'attributes: an object of short texts';
  if (fields.facts !== undefined && !areFacts(fields.facts)) return 'facts: leave them out';
  return undefined;
}

const isLineId = (value: unknown): boolean => isText(value, LINE_ID_PATTERN, 10);

function faultOf(type: OperationType, fields: Fields): string | undefined {
  if (type === 'clear') return undefined;
  if (type === 'removeItem') return isLineId(fields.lineId) ? undefined : 'lineId: such as "l1"';
  if (type === 'updateItem') {
    if (!isLineId(fields.lineId)) return 'lineId: such as "l1"';
    if (fields.quantity !== undefined && !isQuantity(fields.quantity, 0))
      return `quantity: 0 to ${MAX_QUANTITY}`;
    return faultOfDetails(fields);
  }
  if (!isText(fields.sku, SKU_PATTERN, MAX_SKU_LENGTH))
    return 'sku: letters, digits, dots, dashes, underscores';
  if (!isQuantity(fields.quantity, 1)) return `quantity: 1 to ${MAX_QUANTITY}`;
  if (!['undefined', 'boolean'].includes(typeof fields.separateLine)) return 'separateLine: true or false';
  return faultOfDetails(fields);
}

/** Reads one operation whose type is known from the message's name. */
export function readOperation(type: OperationType, message: unknown): ReadOperation {
  const fields = isFields(message) ? message : {};
  const fault = faultOf(type, fields);
  return fault === undefined
    ? { operation: { ...fields, type } as CartOperation }
    : { fault: `${type}: ${fault}` };
}

const TYPES: readonly unknown[] = ['addItem', 'updateItem', 'removeItem', 'clear'] satisfies OperationType[];

/** Reads `{ atomic, operations: [{ type, … }] }`. */
export function readBatch(
  message: unknown,
): { atomic: boolean; operations: CartOperation[] } | { fault: string } {
  const list = isFields(message) ? message.operations : undefined;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_BATCH_OPERATIONS) {
    return { fault: `operations: a list of 1 to ${MAX_BATCH_OPERATIONS}` };
  }
  const operations: CartOperation[] = [];
  for (const entry of list as unknown[]) {
    const type = isFields(entry) ? entry.type : undefined;
    if (!TYPES.includes(type)) return { fault: 'operations: each with a type' };
    const read = readOperation(type as OperationType, entry);
    if ('fault' in read) return read;
    operations.push(read.operation);
  }
  return { atomic: (message as Fields).atomic === true, operations };
}
