/** Reads an operator's act from a message, which may have been written by hand. Total, like read-message.ts. */
import { MAX_LINES, MAX_REASON_LENGTH, MAX_SKU_LENGTH, SKU_PATTERN } from '../contract/limits.ts';
import { OPERATOR_ACTS, type OperatorAct } from '../contract/operator-acts.ts';
import { areFacts } from './read-facts.ts';

type Fields = Record<string, unknown>;

const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= max;

const isSku = (value: unknown): boolean =>
  isText(value, MAX_SKU_LENGTH) && new RegExp(SKU_PATTERN).test(value);

const isList = (value: unknown, isEntry: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= MAX_LINES && value.every(isEntry);

function faultOf(fields: Fields): string | undefined {
  const { type, reason, cartId, sku, notice, skus, facts } = fields;
  if (!(OPERATOR_ACTS as readonly unknown[]).includes(type)) return `type: ${OPERATOR_ACTS.join(', ')}`;
  if (!isText(reason, MAX_REASON_LENGTH)) return `reason: 1 to ${MAX_REASON_LENGTH} characters`;
  if (cartId !== undefined && !isText(cartId, 64)) return 'cartId: the public id of a cart';
  if (type === 'repriceLines') {
    if (!isList(skus, isSku)) return 'skus: a list';
    return facts === undefined || isList(facts, areFacts) ? undefined : 'facts: leave them out';
  }
  if (type !== 'withdraw') return undefined;
  if (!isSku(sku)) return 'sku: letters, digits, dots, dashes, underscores';
  return notice === undefined || isText(notice, MAX_REASON_LENGTH)
    ? undefined
    : `notice: 1 to ${MAX_REASON_LENGTH} characters`;
}

/** The act, or a sentence that says what is wrong with the message. */
export function readOperatorAct(message: unknown): { operation: OperatorAct } | { fault: string } {
  const fields = typeof message === 'object' && message !== null ? (message as Fields) : {};
  const fault = faultOf(fields);
  return fault === undefined ? { operation: fields as unknown as OperatorAct } : { fault };
}
