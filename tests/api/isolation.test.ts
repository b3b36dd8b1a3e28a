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

/** Medians of interleaved requests, in ms: load on the machine hits both alike. */
async function timed(
  ask: (thing: Thing) => Promise<unknown>,
  things: [Thing, Thing],
): Promise<[number, number]> {
  const spent: [number[], number[]] = [[], []];
  for (let round = 0; round < 600; round += 1) {
    const index = round % 2 === 0 ? 0 : 1;
    const startedAt = performance.now();
    await ask(things[index]);
    spent[index].push(performance.now() - startedAt);
  }
  return [median(spent[0]), median(spent[1])];
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

  test('takes the same time for foreign and unknown', { retry: 2 }, async () => {
    const once = (thing: Thing) => ask(world, name, row, 'customerB', thing);
    const [foreign, unknown] = await timed(once, [world.things.customerA, unknownThing()]);
    const [slow, fast] = foreign > unknown ? [foreign, unknown] : [unknown, foreign];
    expect(slow / fast, `${foreign} ms against ${unknown} ms`).toBeLessThan(1.25);
  });
});
