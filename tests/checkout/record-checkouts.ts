/** Keeps the histories of checkouts that came to each of their ends, one event a line, for tests/replay/checkouts.test.ts. */
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { setProduct } from '../../database/catalogue.ts';
import { checkoutWorkflowId } from '../../contract/checkouts.ts';
import type { CheckoutShop } from '../support/checkout-shop.ts';
import { live, nextCheckoutOf, STORIES, type Story } from './stories.ts';

const EXTRA: Record<string, Story> = {
  refused: { end: 'refused', testOutcome: 'never', ownStock: true },
  expired: { end: 'expired', testOutcome: 'never' },
};

/** The stories to record, by the end that they come to. */
const CHOSEN: Record<string, Story | undefined> = {
  completed: STORIES['a checkout that is paid later'],
  declined: STORIES['a declined checkout'],
  cancelled: STORIES['a checkout that is given up'],
  refunded: STORIES['a paid checkout whose stock is gone'],
  ...EXTRA,
};

/** Addresses of this machine, inside of payloads too. */
const inPayload = (data: string): string => {
  const text = Buffer.from(data, 'base64').toString('utf8');
  const clean = text.replace(/http:\/\/127\.0\.0\.1:\d+/g, 'https://payments.example');
  return clean === text ? data : Buffer.from(clean).toString('base64');
};

/** Process, host and addresses of the recorder are nobody's business. */
const withoutTraces = (text: string): string =>
  text
    .replaceAll(`${process.pid}@${hostname()}`, 'recorder')
    .replace(/"data":"([^"]*)"/g, (_match, data: string) => `"data":"${inPayload(data)}"`)
    .replace(/"stackTrace":"(?:[^"\\]|\\.)*"/g, '"stackTrace":""');

/** `shop`: with a short hold, so that a checkout expires. */
export async function recordCheckouts(shop: CheckoutShop, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { client, sql } = shop.temporal;
  for (const [end, story] of Object.entries(CHOSEN)) {
    if (!story) throw new Error(`There is no story that ends ${end}.`);
    const shopper = await shop.guest([story.ownStock ? `T-0${end === 'refused' ? '11' : '12'}` : 'T-A', 1]);
    const checkoutId = await nextCheckoutOf(shopper);
    if (end === 'refused') await setProduct(sql, 'T-011', { price: 1_500 });
    const came = await live(shop, shopper, story);
    if (came !== end) throw new Error(`${end}: it came to ${came}.`);
    const handle = client.workflow.getHandle(checkoutWorkflowId(checkoutId));
    await handle.result();
    const { events } = JSON.parse(historyToJSON(await handle.fetchHistory())) as { events: unknown[] };
    const text = `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
    await writeFile(path.join(folder, `${end}.json`), withoutTraces(text));
  }
}
