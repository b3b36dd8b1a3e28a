/**
 * Compares one cart with its row until the verdict is sure, and repairs the row. A mismatch counts only when two looks, with a pause
 * between them, find the same row wrong; a row that merely lags has moved by then. Every repair is conditional on that row, so that
 * neither a cart that goes on nor a second reconcile can be overwritten.
 */
import { cancelled, sleep } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { MismatchKind } from '../contract/reconcile.ts';
import { closeRow, type ObservedRow } from '../database/cart-comparison.ts';
import type { Sql } from '../database/client.ts';
import { askCart, askToRepublish, CartSilent, readLife } from './ask-temporal.ts';
import type { Limited } from './at-most.ts';
import { type Look, lookAtCart } from './look-at-cart.ts';
import { republishCart } from './publish-cart.ts';

export interface Examined {
  workflowId: string;
  kind: MismatchKind | 'sound' | 'unanswered' | 'unsettled';
  fields: string[];
  isRepaired: boolean;
}

/** Where carts and rows are. */
export interface Places {
  sql: Sql;
  client: Client;
}

export interface Examination {
  workflowId: string;
  /** Asked before a row is closed whose cart is gone; false leaves it open. */
  mayClose: () => boolean;
  /** How many look at carts at once, each loading one into a worker. */
  limited: Limited;
}

const LOOKS = 6;
const PAUSE_MS = 500;

/** A workflow task that was lost is done again within this time: its time-out (3 s) and the next try. */
const REDONE_MS = 8_000;

/** A change that the cart does not know yet may be acknowledged in a moment: writing over it would take it back. */
const waitFor = ({ isAhead, found }: Look): number =>
  isAhead ? Math.max(PAUSE_MS, REDONE_MS - (found?.ageMs ?? 0)) : PAUSE_MS;

const isStanding = ({ isAhead, found }: Look): boolean => !isAhead || (found?.ageMs ?? 0) >= REDONE_MS;

export async function examineCart(places: Places, examination: Examination): Promise<Examined> {
  try {
    return await compareUntilSure(places, examination);
  } catch (error) {
    if (!(error instanceof CartSilent)) throw error;
    const { workflowId } = examination;
    return { workflowId, kind: 'unanswered', fields: [], isRepaired: false };
  }
}

/** A worker that stops does not wait for carts that it would have to answer for itself. */
const unlessCancelled = <Result>(look: Promise<Result>): Promise<Result> => Promise.race([look, cancelled()]);

async function compareUntilSure(
  { sql, client }: Places,
  { workflowId, mayClose, limited }: Examination,
): Promise<Examined> {
  let before: Look | undefined;
  for (let looks = 0; looks < LOOKS; looks += 1) {
    if (before) await sleep(waitFor(before));
    const look = await limited(() => unlessCancelled(lookAtCart(sql, client, workflowId)));
    const { kind, fields } = look.verdict;
    if (kind === 'sound') return limited(() => unlessCancelled(soundOrDouble(client, workflowId, look)));
    const isSure =
      kind !== 'lagging' &&
      isStanding(look) &&
      before !== undefined &&
      before.found?.observed === look.found?.observed;
    if (isSure) {
      if (!isRepairKnown(look) && !mayClose()) return { workflowId, kind, fields, isRepaired: false };
      if (await repair(sql, workflowId, look)) {
        if (hasLostWrites(kind)) await askToRepublish(client, workflowId);
        return { workflowId, kind, fields, isRepaired: true };
      }
      // Somebody else has written the row since: look again.
    }
    before = look;
  }
  return { workflowId, kind: 'unsettled', fields: [], isRepaired: false };
}

/** A row that agrees with its cart may still be one of two living carts of an owner; only a person can say which one has to go. */
async function soundOrDouble(client: Client, workflowId: string, { found }: Look): Promise<Examined> {
  const sound: Examined = { workflowId, kind: 'sound', fields: [], isRepaired: false };
  if (!found || workflowId.endsWith(`:${found.row.ownerHash}`)) return sound;
  for (const twin of found.twins) {
    if ((await readLife(client, twin)) !== 'running') continue;
    const { state } = await askCart(client, twin);
    if (state.ownerHash === found.row.ownerHash) return { ...sound, kind: 'duplicate' };
  }
  return sound;
}

/** A database that lost a row's last write has lost what was written with it. */
const hasLostWrites = (kind: string): boolean => kind === 'missing' || kind === 'stale';

const isRepairKnown = ({ publication }: Look): boolean => publication !== undefined;

/** False: the row is not the one that was looked at any more. */
async function repair(sql: Sql, workflowId: string, { found, publication }: Look): Promise<boolean> {
  const observed = found?.observed;
  if (publication) return await republishCart(sql, { ...publication, ...(observed ? { observed } : {}) });
  const { row, observed: gone } = found as ObservedRow;
  return await closeRow(sql, workflowId, gone, closedView(row.view));
}

/** The last known view, as that of an expired cart; text that is no view is left as it is. */
function closedView(text: string): string {
  try {
    return JSON.stringify({ ...(JSON.parse(text) as object), status: 'expired', expiresAt: null });
  } catch {
    return text;
  }
}
