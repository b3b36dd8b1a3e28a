/** A guest with fifty lines signs in, and the customer's cart has fifty of its own: how long the merge takes, against one add. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { RequestSpec } from '../load/job.ts';
import { quantile } from '../measure/statistics.ts';
import type { Scenario } from '../scenario.ts';
import { alternate, block } from '../stage/alternate.ts';
import { addTo, type Cart, makeCarts, sku } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

const LINES = 50;
/** Half of the customer's lines are equal to the guest's. */
const SHIFT = 25;

const p50 = (latencies: number[]) => quantile(latencies, 0.5);

const tokenOf = ({ jwt }: Stage): Promise<string> =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(randomUUID())
    .setIssuer(jwt.issuer)
    .setAudience(jwt.audience)
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(jwt.secret));

const post = (path: string, headers: Record<string, string>, body: object) => ({
  method: 'POST' as const,
  path,
  headers,
  body,
  hasKey: true,
});

const filling = (authorization: string) =>
  post(
    '/cart/batch',
    { authorization },
    {
      atomic: true,
      operations: Array.from({ length: LINES }, (_, index) => ({
        type: 'addItem',
        sku: sku(SHIFT + index + 1),
        quantity: 1,
      })),
    },
  );

/** Customers with full carts, and for each a guest with a full cart: one request that merges them. */
async function prepareMerges(stage: Stage, origin: string, count: number): Promise<RequestSpec[]> {
  const guests = await makeCarts(stage, count, LINES);
  const tokens = await Promise.all(guests.map(() => tokenOf(stage)));
  const fills = tokens.map((token) => ({ origin, ...filling(`Bearer ${token}`) }));
  await stage.http({ requests: fills, loop: { clients: 4, count } });
  return guests.map(({ token }, index) => ({
    origin,
    ...post('/cart/merge', { authorization: `Bearer ${tokens[index]}`, 'cart-token': token }, {}),
  }));
}

export const merge: Scenario = {
  id: 'merge',
  title: 'Merge of two carts of 50 lines, one client',
  async run(stage) {
    const [origin = ''] = stage.crew.origins();
    const count = stage.size(40, 8);
    const rounds = await alternate(
      stage.rounds,
      async () => {
        const requests = await prepareMerges(stage, origin, count);
        const result = await stage.http({ requests, loop: { clients: 1, count } });
        return block(result, p50(result.latencies));
      },
      async () => {
        const [cart] = (await makeCarts(stage, 1, LINES)) as [Cart];
        const result = await stage.http({ requests: [addTo(origin, cart)], loop: { clients: 1, count } });
        return block(result, p50(result.latencies));
      },
    );
    return [
      {
        title: 'Merge of two carts of 50 lines, 1 client, p50',
        unit: 'ms',
        rounds,
        baseline: 'one add to a cart of 50 lines',
      },
    ];
  },
};
