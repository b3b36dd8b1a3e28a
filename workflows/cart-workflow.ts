/**
 * The cart: one workflow, one shopper, one main loop. Handlers change the state at once; the loop does what the state says is due:
 * publish, price what came without prices, expire, hand over to a fresh run, sleep.
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
import { CartKeeper, isEmpty } from './cart-keeper.ts';
import { LazyTimer } from './lazy-timer.ts';
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
    armTimer(timer, keeper, chores);
    await condition(() => chores.areDue || timer.hasFired || mayHandOver(keeper, chores));
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

function armTimer(timer: LazyTimer, keeper: CartKeeper, chores: CartChores): void {
  const { state, policy } = keeper;
  const expiry = expiresAt(state, policy);
  if (chores.arePending && !chores.areDue) timer.arm(chores.retryAt, 'the database was away: publish again');
  if (keeper.indexedVersion !== state.version) {
    timer.arm(state.updatedAt + policy.idleTickMs, 'index the cart once it is quiet');
  }
  if (expiry !== undefined) timer.arm(expiry, `the ${state.owner} cart expires if nothing changes`);
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
