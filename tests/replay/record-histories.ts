/**
 * Plays the plays and keeps the history of every run as JSON, one event a line, without anything of the machine that recorded it.
 * Histories of released versions stay for ever: a cart that began with them must go on under today's code.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { CartView } from '../../contract/cart-view.ts';
import type { CartUnderTest } from '../support/cart-under-test.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';
import { PLAYS, type Play } from './plays.ts';

interface JsonEvent {
  workflowExecutionStartedEventAttributes?: { continuedExecutionRunId?: string };
}

/** Stack traces name folders; nothing reads them at replay. */
const withoutStacks = (history: unknown): { events: JsonEvent[] } =>
  JSON.parse(JSON.stringify(history, (name, value: unknown) => (name === 'stackTrace' ? undefined : value)));

/** The histories of all runs, oldest first. */
async function runsOf(temporal: TestTemporal, cart: CartUnderTest): Promise<{ events: JsonEvent[] }[]> {
  const runs: { events: JsonEvent[] }[] = [];
  let runId: string | undefined = await cart.runId();
  while (runId !== undefined) {
    const handle = temporal.client.workflow.getHandle(cart.workflowId, runId);
    const history = withoutStacks(JSON.parse(historyToJSON(await handle.fetchHistory())));
    runs.unshift(history);
    runId = history.events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  }
  return runs;
}

/** Payloads are base64; a path would hide in there, too. */
function refuseTraces(name: string, text: string): void {
  const open = text.replace(/"(?:data|encoding)":"([^"]*)"/g, (_match, data: string) =>
    Buffer.from(data, 'base64').toString('utf8'),
  );
  for (const trace of [`${process.pid}@`, `@${hostname()}`, process.cwd(), 'file://', '127.0.0.1']) {
    if (text.includes(trace) || open.includes(trace))
      throw new Error(`The history ${name} contains ${trace}.`);
  }
}

let besides = 0;

async function record(temporal: TestTemporal, name: string, play: Play, folder: string): Promise<CartView> {
  const { kind = 'guest', policy = {} } = play;
  const cart = temporal.cart({ kind, policy, id: `recorded-${name}` });
  const other = (otherKind: 'guest' | 'customer') =>
    temporal.cart({ kind: otherKind, policy, id: `beside-${name}-${(besides += 1)}` });
  await play.run(cart, temporal.databaseGate, other);
  const runs = await runsOf(temporal, cart);
  for (const [index, { events }] of runs.entries()) {
    const file = runs.length === 1 ? `${name}.json` : `${name}.${index + 1}.json`;
    const text = `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
    refuseTraces(file, text);
    await writeFile(path.join(folder, file), text);
  }
  return cart.view();
}

/** Needs TEMPORAL_ADDRESS and TEST_DATABASE_URL. Returns the names of the recorded carts. */
export async function recordHistories(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const temporal = await createTestTemporal({ identity: 'recorder', taskQueue: 'recorded-carts' });
  const views: Record<string, CartView> = {};
  try {
    for (const [name, play] of Object.entries(PLAYS))
      views[name] = await record(temporal, name, play, folder);
  } finally {
    await temporal.close();
  }
  await writeFile(path.join(folder, 'views.json'), `${JSON.stringify(views, null, 1)}\n`);
  return Object.keys(views);
}
