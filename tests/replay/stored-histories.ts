/** The recorded histories in this folder, and what they say happened. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { CartView } from '../../contract/cart-view.ts';

interface JsonPayloads {
  payloads?: { data?: string }[];
}

export interface StoredEvent {
  eventType: string;
  workflowExecutionUpdateCompletedEventAttributes?: { outcome?: { success?: JsonPayloads } };
  workflowExecutionContinuedAsNewEventAttributes?: { input?: JsonPayloads };
}

export interface StoredHistory {
  /** `<version>/<cart>[.<run>]` */
  name: string;
  history: ReturnType<typeof historyFromJSON>;
  events: StoredEvent[];
  /** The cart after its last run; absent for earlier runs. */
  view?: CartView;
}

const FOLDER = fileURLToPath(new URL('./histories/', import.meta.url));

const read = (path: string): unknown => JSON.parse(readFileSync(FOLDER + path, 'utf8'));

function historiesOf(version: string): StoredHistory[] {
  const names = readdirSync(FOLDER + version).map((file) => file.replace(/\.json$/, ''));
  const runs = names.filter((name) => name !== 'views').sort();
  const views = read(`${version}/views.json`) as Record<string, CartView>;
  return runs.map((name) => {
    const stored = read(`${version}/${name}.json`) as { events: StoredEvent[] };
    const [cart = '', run] = name.split('.');
    const isLast = run === undefined || !runs.includes(`${cart}.${Number(run) + 1}`);
    const view = isLast ? views[cart] : undefined;
    const history = historyFromJSON(stored);
    return { name: `${version}/${name}`, history, events: stored.events, ...(view ? { view } : {}) };
  });
}

/** Of every released form of the workflow. */
export const readHistories = (): StoredHistory[] => readdirSync(FOLDER).sort().flatMap(historiesOf);

const decode = (payloads: JsonPayloads | undefined): unknown => {
  const data = payloads?.payloads?.[0]?.data;
  return data === undefined ? undefined : JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
};

/** The answers that senders of Updates were given. */
export const receiptsIn = ({ events }: StoredHistory): unknown[] =>
  events
    .map((event) => event.workflowExecutionUpdateCompletedEventAttributes?.outcome?.success)
    .filter((success) => success !== undefined)
    .map(decode);

/** What the run gave to its successor. */
export const handedOverIn = ({ events }: StoredHistory): unknown[] =>
  events
    .map((event) => event.workflowExecutionContinuedAsNewEventAttributes?.input)
    .filter((input) => input !== undefined)
    .map(decode);
