/** The isolation matrix on the app itself, and what foreign and unknown things cost: the same statements and the same time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../isolation/actors.ts';
import type { Row } from '../isolation/row.ts';
import { ROWS } from '../isolation/rows.ts';
import { ask, isolationSuite } from '../isolation/suite.ts';
import { createWorld, type Thing, unknownThing, type World } from '../isolation/world.ts';
import { appTarget } from './isolation-target.ts';
import { createTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const target = () => appTarget(api);

isolationSuite({ target, title: 'on the app' });

/** Rows whose request names a thing: only there can foreign and unknown differ. */
const NAMING = Object.entries(ROWS).filter(
  ([name, row]) => name.includes('{') && row.own !== row.answers.guestB,
);
const STRANGERS: Actor[] = ['guestB', 'customerB', 'nobody'];

/** Text of each statement that reaches PostgreSQL while `act` runs. */
async function statementsOf(act: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  api.sql.options.debug = (_connection, query) => void seen.push(query.replace(/\s+/g, ' '));
  await act();
  api.sql.options.debug = false;
  return seen;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** What a shopper could tell apart at all; a leak is there in every measurement, a busy machine is not. */
const NOTICEABLE = 1.25;
const PAIRS = 300;
const MEASUREMENTS = 6;

type Asks = [() => Promise<unknown>, () => Promise<unknown>];

/** Medians in ms of requests in pairs, each of the two first in turn: load on the machine hits both alike. */
async function timed(asks: Asks): Promise<[number, number]> {
  const spent: [number[], number[]] = [[], []];
  for (let round = 0; round < 2 * PAIRS; round += 1) {
    const index = [0, 1, 1, 0][round % 4] === 0 ? 0 : 1;
    const startedAt = performance.now();
    await asks[index]();
    spent[index].push(performance.now() - startedAt);
  }
  return [median(spent[0]), median(spent[1])];
}

/** The least of the ratios of several measurements, each with fresh samples, and the first that is no difference ends them. */
async function leastRatio(asks: Asks): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < MEASUREMENTS && least >= NOTICEABLE; count += 1) {
    const [one, other] = await timed(asks);
    least = Math.min(least, Math.max(one, other) / Math.min(one, other));
  }
  return least;
}

describe.each(NAMING)('%s', (name, row: Row) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(target());
  });

  test.each(STRANGERS)('asks PostgreSQL and Temporal the same for foreign and unknown: %s', async (actor) => {
    const trail = async (thing: Thing) => {
      const from = api.carts.received.length;
      const statements = await statementsOf(() => ask(world, name, row, actor, thing));
      const messages = api.carts.received.slice(from).map(({ owner }) => owner.workflowId);
      return { statements, messages };
    };
    const unknown = await trail(unknownThing());
    expect(await trail(world.things.guestA)).toEqual(unknown);
    expect(await trail(world.things.customerA)).toEqual(unknown);
  });

  test('takes the same time for foreign and unknown', { timeout: 180_000 }, async () => {
    const once = (thing: Thing) => () => ask(world, name, row, 'customerB', thing);
    expect(await leastRatio([once(world.things.customerA), once(unknownThing())])).toBeLessThan(NOTICEABLE);
  });
});

test('the measurement notices one statement more', { timeout: 180_000 }, async () => {
  const read = () => api.sql`SELECT version FROM carts WHERE cart_id = 'nobody'`;
  const ratio = await leastRatio([read, async () => [await read(), await read()]]);
  expect(ratio).toBeGreaterThan(NOTICEABLE);
});
