/**
 * Puts product facts on the operations that need them, so that the cart's workflow can judge and price them without asking anybody.
 * What the catalogue alone can refuse is found here, before Temporal hears of it.
 */
import type { AddItem, Refusal, Restore, ShopperOperation, UpdateItem } from '../../contract/operations.ts';
import { readLineSku } from '../../database/cart-projection.ts';
import type { Sql } from '../../database/client.ts';
import type { CartOwner, Carts } from '../carts.ts';
import { unlessAway } from '../from-database.ts';
import { Problem } from '../problem.ts';
import type { FactsRead, ProductFactsReader } from '../product-facts.ts';

export interface FactsParts {
  sql: Sql;
  carts: Carts;
  facts: ProductFactsReader;
}

export interface Resolved {
  /** With facts where they could be had. */
  operations: ShopperOperation[];
  /** What the catalogue says against an operation, by its index. */
  refusals: ReadonlyMap<number, Refusal>;
}

const needsLineSku = (operation: ShopperOperation): operation is UpdateItem =>
  operation.type === 'updateItem' && operation.quantity !== 0;

const lineSkuFromRow = (sql: Sql, owner: CartOwner, lineId: string): Promise<string | undefined> =>
  unlessAway(() => readLineSku(sql, owner.workflowId, lineId));

/** The SKUs of lines that are to be updated: from the read model, else from the cart itself. */
async function lineSkus(
  parts: FactsParts,
  owner: CartOwner,
  lineIds: readonly string[],
): Promise<Map<string, string>> {
  const skus = new Map<string, string>();
  for (const lineId of lineIds) {
    const sku = await lineSkuFromRow(parts.sql, owner, lineId);
    if (sku !== undefined) skus.set(lineId, sku);
  }
  if (lineIds.every((lineId) => skus.has(lineId))) return skus;
  const view = await parts.carts.queryView(owner);
  return new Map(view?.lines.map((line) => [line.id, line.sku]) ?? skus);
}

/** New options can only be judged by the product's definition; a quantity alone can be judged by what the line knows. */
const needsFacts = (operation: ShopperOperation): operation is AddItem | UpdateItem =>
  operation.type === 'addItem' || (needsLineSku(operation) && operation.options !== undefined);

function catalogueRefusal(operation: AddItem | UpdateItem, sku: string | undefined): Refusal | undefined {
  const { facts } = operation;
  // A line that the cart does not have: for the cart to say.
  if (sku === undefined) return undefined;
  if (facts) {
    const isGone = operation.type === 'addItem' && !facts.active;
    return isGone ? { code: 'sku_unavailable', detail: `${facts.title} is no longer sold.` } : undefined;
  }
  if (operation.type === 'addItem') return { code: 'sku_unknown', detail: `There is no product ${sku}.` };
  return { code: 'sku_unavailable', detail: 'This product is no longer in the catalogue.' };
}

const outOfReach = (): Problem =>
  new Problem('dependency_unavailable', 'The catalogue is out of reach at the moment.');

/** A product that is gone has no facts: the rule says so, and takes the others. */
function restoreWithFacts(operation: Restore, { facts, isComplete }: FactsRead): Restore {
  const lines = operation.lines.map((line) => {
    const found = facts.get(line.sku);
    if (!found && !isComplete) throw outOfReach();
    return found ? { ...line, facts: found } : line;
  });
  return { ...operation, lines };
}

/** Rejects with `dependency_unavailable` when a product cannot be looked up at all. */
export async function resolveFacts(
  parts: FactsParts,
  owner: CartOwner | undefined,
  operations: readonly ShopperOperation[],
): Promise<Resolved> {
  const lineIds = [...new Set(operations.filter(needsLineSku).map((operation) => operation.lineId))];
  const skuOfLine = owner ? await lineSkus(parts, owner, lineIds) : new Map<string, string>();
  const skuOf = (operation: ShopperOperation): string | undefined => {
    if (operation.type === 'addItem') return operation.sku;
    return needsLineSku(operation) ? skuOfLine.get(operation.lineId) : undefined;
  };
  const { facts, isComplete } = await parts.facts.read(
    operations.flatMap((operation) =>
      operation.type === 'restore' ? operation.lines.map(({ sku }) => sku) : (skuOf(operation) ?? []),
    ),
  );
  const refusals = new Map<number, Refusal>();
  const resolved = operations.map((operation, index) => {
    if (operation.type === 'restore') return restoreWithFacts(operation, { facts, isComplete });
    const found = facts.get(skuOf(operation) ?? '');
    const withFacts = found ? { ...operation, facts: found } : operation;
    if (!needsFacts(withFacts)) return withFacts;
    if (!found && !isComplete) {
      throw outOfReach();
    }
    const refusal = catalogueRefusal(withFacts, skuOf(operation));
    if (refusal) refusals.set(index, refusal);
    return withFacts;
  });
  return { operations: resolved, refusals };
}
