/**
 * Logins while parts of the stack are killed: afterwards every acknowledged unit is in exactly one customer's cart, once, every guest's
 * cart has ended as merged, and every old token is dead.
 */
import path from 'node:path';
import { guest } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { type Fault, Ledger } from '../support/ledger.ts';
import type { TestStack } from '../support/stack.ts';
import { cartWorkflowId } from '../../temporal.config.ts';
import { type Figures, Journal } from './journal.ts';
import { KINDS, type Kills, killParts } from './killer.ts';
import { type LoggedIn, playLogin } from './login.ts';
import { createDice, type Dice } from './random.ts';
import { verifyCarts } from './verify.ts';

export interface MergeRunOptions {
  stack: TestStack;
  seed: number;
  /** Logins, at least. */
  merges: number;
  /** Kills, at least; as many of each kind. */
  kills: number;
  /** Logins at once. */
  clients?: number;
  /** Folder for the journal. */
  folder: string;
}

export interface MergeReport {
  seed: number;
  kills: Kills;
  figures: Figures;
  logins: number;
  merged: number;
  faults: Fault[];
}

/** Acknowledged requests of one login, about: kills are spread over all of them. */
const ACKNOWLEDGED_PER_LOGIN = 5;
const VERIFIED_AT_ONCE = 10;
const CATCH_UP_MS = 60_000;

interface Crowd {
  options: MergeRunOptions;
  ledger: Ledger;
  journal: Journal;
  loggedIn: LoggedIn[];
  logins: number;
  isOver: boolean;
}

async function logIn(crowd: Crowd, dice: Dice): Promise<void> {
  const { options, ledger, journal } = crowd;
  while (crowd.logins < options.merges || !crowd.isOver) {
    crowd.logins += 1;
    const done = await playLogin({ stack: options.stack, ledger, journal, dice }, crowd.logins);
    if (done) crowd.loggedIn.push(done);
  }
}

/** The guest's side of a merge that is over: ended for good, and the token reaches neither cart. */
async function verifyGuest(stack: TestStack, { token, account, shopper }: LoggedIn): Promise<Fault[]> {
  const workflowId = cartWorkflowId('guest', token.split('.')[2] ?? '');
  const check = async (): Promise<string> => {
    const { status } = await stack.temporal.workflow.getHandle(workflowId).describe();
    const [row] = await stack.sql<{ status: string }[]>`
      SELECT status FROM carts WHERE workflow_id = ${workflowId}`;
    if (status.name !== 'COMPLETED' || row?.status !== 'merged') return `${status.name}, row ${row?.status}`;
    const before = (await shopper.get()).text;
    const visitor = guest(stack.api, token);
    const [read, write] = [await visitor.get(), await visitor.add('T-A')];
    if (read.cart.lines.length > 0) return 'the old token still shows a cart';
    if (write.status !== 409 || write.problem.code !== 'cart_closed')
      return `the old token writes: ${write.text}`;
    return (await shopper.get()).text === before ? '' : 'the old token reaches the customer';
  };
  const detail = await eventually(
    async () => {
      const found = await check();
      if (found !== '') throw new Error(found);
      return found;
    },
    { within: CATCH_UP_MS, every: 500, attempt: 15_000 },
  ).catch((error: Error) => error.message);
  return detail === '' ? [] : [{ kind: 'disagreement', cart: account.cart, detail: `guest: ${detail}` }];
}

async function verify({ options, ledger, loggedIn }: Crowd): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (let first = 0; first < loggedIn.length; first += VERIFIED_AT_ONCE) {
    const some = loggedIn.slice(first, first + VERIFIED_AT_ONCE);
    const carts = some.map(({ shopper, account }) => ({ shopper, account, lines: new Map() }));
    const guests = some.map((login) => verifyGuest(options.stack, login));
    faults.push(...(await verifyCarts(options.stack, carts, ledger)), ...(await Promise.all(guests)).flat());
  }
  return faults;
}

export async function runMerges(options: MergeRunOptions): Promise<MergeReport> {
  const { stack, seed, merges, clients = 4 } = options;
  const dice = createDice(seed);
  const journal = new Journal(path.join(options.folder, 'journal.jsonl'));
  const crowd: Crowd = { options, ledger: new Ledger(), journal, loggedIn: [], logins: 0, isOver: false };
  const logins = Array.from({ length: clients }, () => logIn(crowd, createDice(dice.whole(0, 2 ** 31))));
  const minimum = Math.ceil(options.kills / KINDS.length);
  const traffic = Math.max(5, Math.floor((merges * ACKNOWLEDGED_PER_LOGIN) / (minimum * KINDS.length + 1)));
  const kills = await killParts({ stack, journal, dice, minimum, until: 0, traffic }).finally(() => {
    crowd.isOver = true;
  });
  await Promise.all(logins);
  const faults = await verify(crowd);
  journal.close();
  return {
    seed,
    kills,
    figures: journal.figures,
    logins: crowd.logins,
    merged: crowd.loggedIn.length,
    faults,
  };
}
