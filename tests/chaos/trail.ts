/** Plays the audit trail back, with rules of its own, to the lines that the cart should have. */
import type { Attributes } from '../../contract/operations.ts';

export interface TrailEntry {
  version: number;
  kind: string;
  operation: {
    sku?: string;
    quantity?: number;
    separateLine?: boolean;
    attributes?: Attributes;
    lineId?: string;
  };
}

export interface TrailLine {
  id: string;
  sku: string;
  quantity: number;
  attributes: Attributes;
}

type Draft = TrailLine & { isSeparate: boolean };

/** Knows the operations of the workload: plain and separate adds without options, and removals. Throws at anything else. */
export function replayTrail(entries: readonly TrailEntry[]): { lines: TrailLine[]; version: number } {
  let lines: Draft[] = [];
  let version = 0;
  let nextLine = 1;
  for (const { version: now, kind, operation } of entries) {
    if (now !== version + 1) throw new Error(`The trail goes from version ${version} to ${now}.`);
    version = now;
    if (kind === 'removeItem') {
      lines = lines.filter((line) => line.id !== operation.lineId);
      continue;
    }
    if (kind !== 'addItem') throw new Error(`The trail holds a ${kind}.`);
    const { sku = '', quantity = 0, attributes = {}, separateLine: isSeparate = false } = operation;
    const equal = isSeparate ? undefined : lines.find((line) => line.sku === sku && !line.isSeparate);
    if (equal) equal.quantity += quantity;
    else lines.push({ id: `l${nextLine++}`, sku, quantity, attributes, isSeparate });
  }
  return {
    lines: lines.map(({ id, sku, quantity, attributes }) => ({ id, sku, quantity, attributes })),
    version,
  };
}
