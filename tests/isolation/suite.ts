/**
 * Asks every route as every actor, about guest A's things, customer A's things and things that never were. What is foreign must look
 * like what is unknown, nobody may see A's secrets, and A's carts must stay as they are.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { ACTORS, type Actor, isOwner, type Owner, OWNERS, type Target } from './actors.ts';
import type { Asked, Row } from './row.ts';
import { ROWS } from './rows.ts';
import { cartOf, createWorld, type Thing, unknownThing, type World } from './world.ts';

interface Seen {
  verdict: string;
  /** Header names and values that may depend on what was asked for. */
  headers: string[];
  text: string;
}

/** Up to the first event of a stream, which is then left; the whole of anything else. */
async function readText(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return await response.text();
  const reader = response.body?.getReader();
  let text = '';
  while (reader && !text.includes('\ndata:')) {
    const { done, value } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString();
  }
  await reader?.cancel();
  return text;
}

const CHANGING = new Set([
  'x-request-id',
  'date',
  'content-length',
  'ratelimit',
  'set-cookie',
  'cart-token',
  'etag',
]);

async function observe(response: Response): Promise<Seen> {
  const text = await readText(response);
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const code = isProblem ? ` ${(JSON.parse(text) as { code: string }).code}` : '';
  const headers = [...response.headers]
    .filter(([name]) => !CHANGING.has(name))
    .map((pair) => pair.join(': '));
  return { verdict: `${response.status}${code}`, headers: headers.sort(), text };
}

/** One request of the matrix. */
export async function ask(
  world: World,
  name: string,
  row: Row,
  actor: Actor,
  thing: Thing,
): Promise<Response> {
  const { path, body, headers }: Asked = row.ask(thing, actor, world.recoveryToken);
  const text = body === undefined ? '' : JSON.stringify(body);
  return await world.target.fetch(path, {
    method: name.split(' ')[0] ?? 'GET',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...world.credentials[actor](text),
      ...headers,
    },
    ...(body === undefined ? {} : { body: text }),
  });
}

/** Equal but for what the caller itself has said and the request's own id. */
function comparable({ verdict, headers, text }: Seen, thing: Thing): Seen {
  const plain = Object.values(thing).reduce((left: string, name: string) => left.replaceAll(name, '…'), text);
  return { verdict, headers, text: plain.replace(/"instance":"[^"]*"/, '') };
}

const isRefusal = ({ verdict }: Seen): boolean => Number(verdict.slice(0, 3)) >= 400;

/** Everything that is not the actor's own: foreign things, then one that never was. */
async function askAboutOthers(world: World, name: string, row: Row, actor: Actor): Promise<void> {
  const never = unknownThing();
  const unknown = await observe(await ask(world, name, row, actor, never));
  expect(unknown.verdict, `${name} as ${actor} about something unknown: ${unknown.text}`).toBe(
    row.answers[actor],
  );
  for (const owner of OWNERS.filter((one) => one !== actor)) {
    const thing = world.things[owner];
    const foreign = await observe(await ask(world, name, row, actor, thing));
    expect(foreign.verdict, `${name} as ${actor} about what is ${owner}'s: ${foreign.text}`).toBe(
      row.answers[actor],
    );
    expect(foreign.text, `${name} shows ${actor} what is ${owner}'s`).not.toContain(world.secrets[owner]);
    // A refusal is the same word for word; a success about one's own cart has moved on meanwhile.
    if (isRefusal(unknown)) expect(comparable(foreign, thing)).toEqual(comparable(unknown, never));
  }
}

/** Owners of the things are asked last: they may change what is theirs. */
const strangers = ACTORS.filter((actor) => !isOwner(actor));

async function checkRow(world: World, name: string, row: Row): Promise<void> {
  const before = await Promise.all(OWNERS.map((owner) => cartOf(world, owner)));
  for (const actor of strangers) await askAboutOthers(world, name, row, actor);
  expect(await Promise.all(OWNERS.map((owner) => cartOf(world, owner)))).toEqual(before);
}

/** On routes that name no thing the owner's own cart is meant, whatever thing is asked about. */
async function checkOwner(world: World, name: string, row: Row, owner: Owner): Promise<void> {
  const other = OWNERS.find((one) => one !== owner) as Owner;
  const before = await cartOf(world, other);
  await askAboutOthers(world, name, row, owner);
  const own = await observe(await ask(world, name, row, owner, world.things[owner]));
  expect(own.verdict, `${name} as ${owner} about its own: ${own.text}`).toBe(
    typeof row.own === 'string' ? row.own : row.own[owner],
  );
  expect(own.text).not.toContain(world.secrets[other]);
  expect(await cartOf(world, other)).toBe(before);
}

export interface IsolationOptions {
  target: () => Target;
  title: string;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** `GET /cart` and so on, from the contract of the system that runs. */
async function routesOf(target: Target): Promise<string[]> {
  const contract = (await (await target.fetch('/openapi.json')).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  return Object.entries(contract.paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((method) => METHODS.includes(method))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
}

export function isolationSuite({ target, title }: IsolationOptions): void {
  describe(`isolation ${title}`, () => {
    let routes: string[];
    beforeAll(async () => {
      routes = await routesOf(target());
    });

    test('every route of the contract has a row, and every row a route', () => {
      const missing = routes.filter((name) => !(name in ROWS));
      const cure = 'add it to tests/isolation/rows.ts: who may call it, and what do the other actors get?';
      expect(missing, `${missing.join(', ')} has no row in the isolation matrix; ${cure}`).toEqual([]);
      expect(Object.keys(ROWS).filter((name) => !routes.includes(name))).toEqual([]);
    });

    test.each(Object.entries(ROWS))(
      '%s gives each of eleven actors its own and nothing else',
      async (name, row) => {
        const world = await createWorld(target());
        await checkRow(world, name, row);
        for (const owner of OWNERS) await checkOwner(world, name, row, owner);
      },
    );
  });
}
