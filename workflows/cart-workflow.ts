/**
 * The cart: one workflow, one shopper, one main loop. Handlers change the state at once; the loop does what the state says is due:
 * publish what the worker could not, price what came without prices, expire, hand over to a fresh run, sleep.
 */
import {
  allHandlersFinished,
  condition,
  makeContinueAsNewFunc,
  patched,
  upsertMemo,
} from '@temporalio/workflow';
import type { CartPolicy } from '../cart/state.ts';
import { localActivities } from './activity-proxies.ts';
import { CartAbandonment, registerAbandonmentHandlers } from './cart-abandonment.ts';
import { CartCheckouts, registerCheckoutHandlers } from './cart-checkouts.ts';
import { CartChores } from './cart-chores.ts';
import { registerHandlers } from './cart-handlers.ts';
import { CartIndex } from './cart-index.ts';
import type { CartInput } from './cart-input.ts';
import { CartKeeper } from './cart-keeper.ts';
import { CartMerges } from './cart-merges.ts';
import { LazyTimer } from './lazy-timer.ts';
import { registerMergeHandlers } from './merge-handlers.ts';
import { SUCCESSOR } from './messages.ts';
import { isEmpty } from './outbox.ts';
import { searchAttributesOf } from './search-attributes.ts';

export async function cartWorkflow(input: CartInput): Promise<void> {
  const keeper = new CartKeeper(input);
  // Before the handlers: messages that started the cart are handled as soon as they are registered.
  const index = new CartIndex(keeper);
  const abandonment = new CartAbandonment(keeper, index);
  const merges = new CartMerges(keeper);
  registerHandlers(keeper);
  const checkouts = new CartCheckouts(keeper);
  registerMergeHandlers(keeper, merges);
  registerCheckoutHandlers(keeper, checkouts);
  registerAbandonmentHandlers(keeper, abandonment);
  keeper.show();

  const chores = new CartChores(keeper);
  const parts = { keeper, chores, merges, checkouts, index, abandonment };
  const timer = new LazyTimer();
  for (;;) {
    if (checkouts.areDue) await checkouts.start();
    if (merges.haveArrived) await merges.takeArrived();
    if (chores.areDue()) await chores.run();
    if (checkouts.isSilent()) await checkouts.askAfter();
    // What is behind is published first: the row that is marked is then the one that shows this cart.
    if (abandonment.isDue() && !chores.arePending) await abandonment.run();
    merges.remind();
    merges.send();
    keeper.expireIfDue();
    if (isDone(parts)) {
      await sayFarewell(parts);
      // Whoever wrote meanwhile has been refused, and that is published before the end.
      if (isDone(parts)) return;
    }
    keeper.lookAtHistory();
    const isDueToHandOver = mayHandOver(parts);
    // A fresh run brings fresh search attributes along.
    if (!keeper.policy.freshRunWhenQuiet || !isDueToHandOver) index.writeWhenQuiet();
    if (isDueToHandOver) await handOver(input, parts);
    for (const { at, summary } of dues(parts)) timer.arm(at, summary);
    await sleep(parts, timer);
  }
}

interface Parts {
  keeper: CartKeeper;
  chores: CartChores;
  merges: CartMerges;
  checkouts: CartCheckouts;
  index: CartIndex;
  abandonment: CartAbandonment;
}

/**
 * Until there is something to do. An Update that is refused leaves no history, and has the condition looked at all the same: also between the
 * moment in which something falls due and the timer that says so. A cart that acted then could never be loaded again. So time stands still
 * for one that sleeps until its timer fires, and how long the history is it knows from what is in there (decision 0028).
 */
async function sleep(parts: Parts, timer: LazyTimer): Promise<void> {
  const { keeper } = parts;
  const asleepAt = Date.now();
  await condition(() => {
    const { sleepsByHistory } = keeper.policy;
    // Carts of before have acted at such moments, and must do so again.
    if (!sleepsByHistory) keeper.lookAtHistory();
    const now = sleepsByHistory ? asleepAt : Date.now();
    const isTimerLate = dues(parts, now).some(({ at }) => timer.isLaterThan(at));
    return timer.hasFired || isTimerLate || hasWork(parts, now);
  });
  timer.consume();
}

function hasWork(parts: Parts, now: number): boolean {
  const { chores, checkouts, merges, abandonment } = parts;
  return (
    chores.areDue(now) ||
    checkouts.areDue ||
    merges.areDue ||
    (abandonment.isDue(now) && !chores.arePending) ||
    checkouts.isSilent(now) ||
    isDone(parts) ||
    mayHandOver(parts, now)
  );
}

const isDone = ({ keeper, merges }: Parts): boolean =>
  keeper.isOver && isEmpty(keeper.outbox) && merges.areIdle;

async function sayFarewell({ keeper: { state }, index }: Parts): Promise<void> {
  index.write();
  if (state.successor !== undefined) upsertMemo({ [SUCCESSOR]: state.successor });
  await condition(allHandlersFinished);
}

interface Due {
  /** Epoch ms. */
  at: number;
  /** What operators read on the timer. */
  summary: string;
}

function dues({ keeper, chores, merges, checkouts, index, abandonment }: Parts, now = Date.now()): Due[] {
  const { state, expiry } = keeper;
  const due: Due[] = [];
  if (chores.arePending && !chores.areDue(now)) {
    due.push({ at: chores.retryAt, summary: 'the database was away: publish again' });
  }
  const { newRunAt } = keeper;
  // Once it is past, whatever stands in the way wakes the cart.
  if (newRunAt !== undefined && newRunAt > now) {
    due.push({ at: newRunAt, summary: 'a fresh run after the order, once the cart is quiet' });
  }
  if (index.dueAt !== undefined) {
    due.push({ at: index.dueAt, summary: 'index the cart once it is quiet' });
  }
  if (abandonment.due && !chores.arePending) due.push(abandonment.due);
  if (checkouts.askAt !== undefined) {
    due.push({ at: checkouts.askAt, summary: 'ask after the checkout if it stays silent' });
  }
  if (merges.remindAt !== undefined) {
    due.push({ at: merges.remindAt, summary: 'ask the other cart of a merge again' });
  }
  if (expiry !== undefined) {
    due.push({ at: expiry, summary: `the ${state.owner} cart expires if nothing changes` });
  }
  return due;
}

/**
 * An order ends a generation, and with it a run; nobody waits for that. At once, it would lose the workflow task to the end of the checkout,
 * which comes in meanwhile: decision 0026.
 */
function wantsHandOver({ keeper: { policy, newRunAt }, chores }: Parts, now: number): boolean {
  if (newRunAt === undefined || newRunAt > now) return false;
  return !policy.freshRunWhenQuiet || !chores.arePending;
}

function mayHandOver(parts: Parts, now = Date.now()): boolean {
  const { keeper, chores, merges, checkouts } = parts;
  const isWanted = keeper.isRunLong || wantsHandOver(parts, now);
  // A letter between carts is only sure to arrive while the run that wrote it lasts.
  return isWanted && !chores.areDue(now) && !checkouts.areDue && merges.areIdle && allHandlersFinished();
}

/** What the shop's settings are by now; where nobody says, as before. */
async function readPolicy({ keeper: { policy } }: Parts): Promise<CartPolicy> {
  // Carts of before did without: their histories hand over at once.
  if (!patched('policy-of-today')) return policy;
  try {
    const { readPolicy: read } = localActivities(policy.publishWaitMs, 'limits and delays of today');
    return (await read()) ?? policy;
  } catch {
    return policy;
  }
}

/** Returns only where something has come in between: the loop sees to it first. */
async function handOver(input: CartInput, parts: Parts): Promise<void> {
  const policy = await readPolicy(parts);
  if (!mayHandOver(parts)) return;
  const { keeper } = parts;
  const typedSearchAttributes = searchAttributesOf(keeper.state);
  const next = makeContinueAsNewFunc<typeof cartWorkflow>({ typedSearchAttributes });
  await next({ ...input, policy, carried: keeper.carry() });
}
