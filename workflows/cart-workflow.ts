/**
 * The cart: one workflow, one shopper, one main loop. Handlers change the state at once; the loop does what the state says is due:
 * publish what the worker could not, price what came without prices, expire, hand over to a fresh run, sleep.
 */
import {
  allHandlersFinished,
  condition,
  makeContinueAsNewFunc,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { CartCheckouts, registerCheckoutHandlers } from './cart-checkouts.ts';
import { CartChores } from './cart-chores.ts';
import { registerHandlers } from './cart-handlers.ts';
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
  const merges = new CartMerges(keeper);
  registerHandlers(keeper);
  const checkouts = new CartCheckouts(keeper);
  registerMergeHandlers(keeper, merges);
  registerCheckoutHandlers(keeper, checkouts);
  keeper.show();

  const parts = { keeper, chores: new CartChores(keeper), merges, checkouts };
  const { chores } = parts;
  const timer = new LazyTimer();
  const isTimerLate = () => dues(parts).some(({ at }) => timer.isLaterThan(at));
  for (;;) {
    if (checkouts.areDue) await checkouts.start();
    if (merges.haveArrived) await merges.takeArrived();
    if (chores.areDue) await chores.run();
    merges.remind();
    merges.send();
    keeper.expireIfDue();
    if (isDone(parts)) {
      await sayFarewell(keeper);
      // Whoever wrote meanwhile has been refused, and that is published before the end.
      if (isDone(parts)) return;
    }
    indexWhenQuiet(keeper);
    if (mayHandOver(parts)) await handOver(input, keeper);
    for (const { at, summary } of dues(parts)) timer.arm(at, summary);
    await condition(
      () =>
        chores.areDue ||
        checkouts.areDue ||
        merges.areDue ||
        isDone(parts) ||
        timer.hasFired ||
        isTimerLate() ||
        mayHandOver(parts),
    );
    timer.consume();
  }
}

interface Parts {
  keeper: CartKeeper;
  chores: CartChores;
  merges: CartMerges;
  checkouts: CartCheckouts;
}

const isDone = ({ keeper, merges }: Parts): boolean =>
  keeper.isOver && isEmpty(keeper.outbox) && merges.areIdle;

async function sayFarewell({ state }: CartKeeper): Promise<void> {
  upsertSearchAttributes(searchAttributesOf(state));
  if (state.successor !== undefined) upsertMemo({ [SUCCESSOR]: state.successor });
  await condition(allHandlersFinished);
}

/** Search attributes cost a database write each: they follow once the cart has been quiet for a while. */
function indexWhenQuiet(keeper: CartKeeper): void {
  const { state, policy } = keeper;
  if (keeper.indexedVersion === state.version || Date.now() < state.updatedAt + policy.idleTickMs) return;
  keeper.indexedVersion = state.version;
  upsertSearchAttributes(searchAttributesOf(state));
}

interface Due {
  /** Epoch ms. */
  at: number;
  /** What operators read on the timer. */
  summary: string;
}

function dues({ keeper, chores, merges }: Parts): Due[] {
  const { state, policy, expiry } = keeper;
  const due: Due[] = [];
  if (chores.arePending && !chores.areDue) {
    due.push({ at: chores.retryAt, summary: 'the database was away: publish again' });
  }
  if (keeper.indexedVersion !== state.version) {
    due.push({ at: state.updatedAt + policy.idleTickMs, summary: 'index the cart once it is quiet' });
  }
  if (merges.remindAt !== undefined) {
    due.push({ at: merges.remindAt, summary: 'ask the other cart of a merge again' });
  }
  if (expiry !== undefined) {
    due.push({ at: expiry, summary: `the ${state.owner} cart expires if nothing changes` });
  }
  return due;
}

/** A long history is slow to load after a worker's crash; a fresh run also takes new code and ends a generation. */
function mayHandOver({ keeper, chores, merges, checkouts }: Parts): boolean {
  const info = workflowInfo();
  const isWanted =
    info.historyLength >= keeper.policy.continueAsNewAfterEvents ||
    info.continueAsNewSuggested ||
    info.targetWorkerDeploymentVersionChanged === true ||
    keeper.wantsNewRun;
  // A letter between carts is only sure to arrive while the run that wrote it lasts.
  return isWanted && !chores.areDue && !checkouts.areDue && merges.areIdle && allHandlersFinished();
}

async function handOver(input: CartInput, keeper: CartKeeper): Promise<never> {
  const typedSearchAttributes = searchAttributesOf(keeper.state);
  const next = makeContinueAsNewFunc<typeof cartWorkflow>({ typedSearchAttributes });
  return next({ ...input, carried: keeper.carry() });
}
