/**
 * Checkouts from the button to the order, at a provider that answers at once: the saga with its cart, its workflow and its events, against
 * the bare cost of what it does.
 */
import { connect } from '../../database/client.ts';
import { waitUntil } from '../../scripts/local/wait-until.ts';
import { createBareCheckout } from '../bare/checkout.ts';
import { inTurns } from '../load/in-turns.ts';
import type { Scenario } from '../scenario.ts';
import { alternate, type Block, block, perSecond } from '../stage/alternate.ts';
import { type Cart, makeCarts, sku } from '../stage/carts.ts';
import { shopSettings } from '../stage/shop-settings.ts';
import type { Stage } from '../stage/stage.ts';
import type { LoadResult } from '../load/job.ts';

/** Of one unit of the first SKU, without tax and shipping. */
const TOTAL = 1_001;

/** A shopper's browser asks less often; oftener, the questions would be what is measured. */
const ASK_EVERY_MS = 20;

interface Answer {
  status: string;
  orderId?: string | null;
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const answer = await fetch(url, init);
  const body = (await answer.json()) as Answer;
  if (!answer.ok) throw new Error(`${answer.status} ${JSON.stringify(body)}`);
  return body;
}

/** Until the shopper sees that there is an order. */
async function buy(origin: string, { token }: Cart): Promise<void> {
  const url = `${origin}/cart/checkout`;
  const known = { 'cart-token': token };
  const headers = {
    ...known,
    'content-type': 'application/json',
    'if-match': '"1"',
    'idempotency-key': token,
  };
  const body = JSON.stringify({ expectedTotal: TOTAL, testOutcome: 'approve' });
  let checkout = await ask(url, { method: 'POST', headers, body });
  await waitUntil(
    async () => {
      if (['preparing', 'pending', 'paid'].includes(checkout.status))
        checkout = await ask(url, { headers: known });
      return !['preparing', 'pending', 'paid'].includes(checkout.status);
    },
    { withinMs: 30_000, everyMs: ASK_EVERY_MS },
  );
  if (checkout.status !== 'completed') throw new Error(`The checkout is ${checkout.status}.`);
}

/** Events of bare payments would find no checkout, and be seen to as late money: they wait until all is over. */
async function holdEvents(paymentsUrl: string, eventDelayMs: number): Promise<void> {
  const init = {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ eventDelayMs }),
  };
  const answer = await fetch(`${paymentsUrl}/faults`, init);
  if (!answer.ok) throw new Error(`The test provider answered ${answer.status}: ${await answer.text()}`);
}

async function compare(stage: Stage, clients: number, value: (result: LoadResult) => Block) {
  const config = shopSettings(stage);
  const paymentsUrl = config.PAYMENTS_URL ?? '';
  const [origin = ''] = stage.crew.origins();
  const sql = connect(stage.databaseUrl, { max: 10, name: 'bench-checkout' });
  const bare = createBareCheckout(sql, config, sku(1));
  const count = stage.size(clients === 1 ? 60 : 300, clients === 1 ? 10 : 40);
  const pieces = Array.from({ length: count }, (_, index) => index);
  try {
    await inTurns(await makeCarts(stage, 3), 1, (cart) => buy(origin, cart));
    return await alternate(
      stage.rounds,
      async () => {
        await holdEvents(paymentsUrl, 0);
        const carts = await makeCarts(stage, count);
        return value(await inTurns(carts, clients, (cart) => buy(origin, cart)));
      },
      async () => {
        await holdEvents(paymentsUrl, 3_600_000);
        return value(await inTurns(pieces, clients, bare));
      },
    );
  } finally {
    await holdEvents(paymentsUrl, 0);
    await sql.end();
  }
}

const BASELINE =
  'the same functions of the database and calls to the provider, one after the other, without workflow, cart, HTTP API and events';

export const checkout: Scenario = {
  id: 'checkout',
  title: 'Checkout',
  async run(stage) {
    const median = (result: LoadResult) => block(result, block(result, 0).detail['p50'] as number);
    const rate = (result: LoadResult) => block(result, perSecond(result));
    return [
      {
        title: 'Checkout until the order, 1 client, p50',
        unit: 'ms',
        rounds: await compare(stage, 1, median),
        baseline: BASELINE,
      },
      {
        title: 'Checkouts, 10 clients',
        unit: '/s',
        rounds: await compare(stage, 10, rate),
        baseline: BASELINE,
      },
    ];
  },
};
