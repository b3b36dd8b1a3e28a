/** The words in which scenarios are written. */
import type { ErrorCode } from '../../contract/errors.ts';
import type { Attributes } from '../../contract/operations.ts';
import type { Options } from '../../contract/product-facts.ts';
import type { Answer, AskedOperation, AskedRequest, ProductChange } from './driver.ts';

/** A request, or something that the shop does in between. */
export type Step = AskedRequest | { change: ProductChange };

export interface Expected {
  /** One for each request of `when`. Absent: all are accepted. */
  answers?: Partial<Answer>[];
  /** The lines, as `l1: 2 × T-A`, in order. */
  lines: string[];
  version: number;
  /** Minor units. */
  subtotal?: number;
  /** By line id. */
  options?: Record<string, Options>;
  attributes?: Record<string, Attributes>;
  unitPrices?: Record<string, number>;
  maxQuantities?: Record<string, number>;
  /** Codes, in order. */
  warnings?: string[];
}

export interface Scenario {
  /** A fact, in the present tense. */
  title: string;
  /** All of these are accepted. */
  given?: Step[];
  when: Step[];
  expect: Expected;
}

const one = (operation: AskedOperation): AskedRequest => ({ operations: [operation], atomic: true });

type AddMore = { options?: Options; attributes?: Attributes; separateLine?: boolean };

export const add = (sku: string, quantity = 1, more: AddMore = {}): AskedRequest =>
  one({ type: 'addItem', sku, quantity, ...more });

export const addApart = (sku: string, quantity = 1): AskedRequest =>
  add(sku, quantity, { separateLine: true });

/** Made to measure: 120 × 80 cm unless told otherwise. */
export const addCustom = (options: Options = {}, quantity = 1): AskedRequest =>
  add('T-CUSTOM', quantity, { options: { width: 120, height: 80, ...options } });

export const update = (
  lineId: string,
  what: { quantity?: number; options?: Options; attributes?: Attributes },
): AskedRequest => one({ type: 'updateItem', lineId, ...what });

export const setQuantity = (lineId: string, quantity: number): AskedRequest => update(lineId, { quantity });

export const remove = (lineId: string): AskedRequest => one({ type: 'removeItem', lineId });

export const clear = (): AskedRequest => one({ type: 'clear' });

const together = (requests: AskedRequest[], atomic: boolean): AskedRequest => ({
  operations: requests.flatMap((request) => request.operations),
  atomic,
});

export const allOrNone = (...requests: AskedRequest[]): AskedRequest => together(requests, true);
export const eachForItself = (...requests: AskedRequest[]): AskedRequest => together(requests, false);

/** One unit each of T-001, T-002 …, in batches of 50. */
export const addNumbered = (count: number): AskedRequest[] => {
  const adds = Array.from({ length: count }, (_, index) => add(`T-${String(index + 1).padStart(3, '0')}`));
  const batches = Array.from({ length: Math.ceil(count / 50) }, (_, batch) =>
    adds.slice(batch * 50, batch * 50 + 50),
  );
  return batches.map((batch) => allOrNone(...batch));
};

export const withKey = (key: string, request: AskedRequest): AskedRequest => ({ ...request, key });
export const ifMatch = (version: number, request: AskedRequest): AskedRequest => ({
  ...request,
  ifMatch: version,
});

export const theShopSets = (sku: string, change: Omit<ProductChange, 'sku'>): Step => ({
  change: { sku, ...change },
});

export const accepted: Partial<Answer> = { is: 'accepted' };
export const replayed: Partial<Answer> = { is: 'replayed' };

export const outcomes = (...codes: ('ok' | ErrorCode)[]): Partial<Answer> => ({
  is: 'accepted',
  outcomes: codes,
});

export const refused = (
  code: ErrorCode,
  more: { available?: number; currentVersion?: number; at?: number } = {},
): Partial<Answer> => ({ is: 'refused', code, ...more });
