/**
 * The cart: one workflow, one shopper, one main loop. Handlers change the state at once; the loop does what the state says is due:
 * publish what the worker could not, price what came without prices, expire, hand over to a fresh run, sleep.
 */
import {
  allHandlersFinished,
  condition,
  makeContinueAsNewFunc,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { expiresAt } from '../cart/deadlines.ts';
import { CartChores } from './cart-chores.ts';
import { registerHandlers } from './cart-handlers.ts';
import type { CartInput } from './cart-input.ts';
import { CartKeeper } from './cart-keeper.ts';
import { LazyTimer } from './lazy-timer.ts';
import { isEmpty } from './outbox.ts';
import { searchAttributesOf } from './search-attributes.ts';

export async function cartWorkflow(input: CartInput): Promise<void> {
  const keeper = new CartKeeper(input);
  registerHandlers(keeper);
  keeper.show();

  const chores = new CartChores(keeper);
  const timer = new LazyTimer();
  for (;;) {
    if (chores.areDue) await chores.run();
    keeper.expireIfDue();
    if (keeper.state.status === 'expired' && isEmpty(keeper.outbox)) return end(keeper);
    indexWhenQuiet(keeper);
    if (mayHandOver(keeper, chores)) await handOver(input, keeper);
    for (const { at, summary } of dues(keeper, chores)) timer.arm(at, summary);
    const isTimerLate = () => dues(keeper, chores).some(({ at }) => timer.isLaterThan(at));
    await condition(() => chores.areDue || timer.hasFired || isTimerLate() || mayHandOver(keeper, chores));
    timer.consume();
  }
}

async function end(keeper: CartKeeper): Promise<void> {
  upsertSearchAttributes(searchAttributesOf(keeper.state));
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

function dues(keeper: CartKeeper, chores: CartChores): Due[] {
  const { state, policy } = keeper;
  const due: Due[] = [];
  if (chores.arePending && !chores.areDue) {
    due.push({ at: chores.retryAt, summary: 'the database was away: publish again' });
  }
  if (keeper.indexedVersion !== state.version) {
    due.push({ at: state.updatedAt + policy.idleTickMs, summary: 'index the cart once it is quiet' });
  }
  const expiry = expiresAt(state, policy);
  if (expiry !== undefined) {
    due.push({ at: expiry, summary: `the ${state.owner} cart expires if nothing changes` });
  }
  return due;
}

/** A long history is slow to load after a worker's crash; a fresh run also takes new code and ends a generation. */
function mayHandOver(keeper: CartKeeper, chores: CartChores): boolean {
  const info = workflowInfo();
  const isWanted =
    info.historyLength >= keeper.policy.continueAsNewAfterEvents ||
    info.continueAsNewSuggested ||
    info.targetWorkerDeploymentVersionChanged === true ||
    keeper.wantsNewRun;
  return isWanted && !chores.areDue && allHandlersFinished();
}

async function handOver(input: CartInput, keeper: CartKeeper): Promise<never> {
  const typedSearchAttributes = searchAttributesOf(keeper.state);
  const next = makeContinueAsNewFunc<typeof cartWorkflow>({ typedSearchAttributes });
  return next({ ...input, carried: keeper.carry() });
}
