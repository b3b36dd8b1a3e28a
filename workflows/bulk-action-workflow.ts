/**
 * One act on every open cart that holds a SKU: page by page through the read model, a signal to each cart, each under one key, so that a
 * cart takes it once. Whatever dies, it goes on where it was; what it told last is told again and changes nothing.
 */
import {
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { BulkAction, BulkActionInput, BulkProgress } from '../contract/bulk-action.ts';
import type { OperatorAct } from '../contract/operator-acts.ts';
import { bulkProgressQuery, bulkStopSignal } from './bulk-messages.ts';
import { operateSignal } from './messages.ts';

/** Events after which a fresh run goes on. */
const LONG_HISTORY = 1_000;

/** An outage of the database is waited out. */
const activities = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '10s', nonRetryableErrorTypes: [] },
});

async function actOf({ type, sku, reason, notice }: BulkAction): Promise<OperatorAct> {
  if (type === 'withdraw') return { type, sku, reason, ...(notice === undefined ? {} : { notice }) };
  const facts = await activities.readProductFacts([sku]);
  return { type: 'repriceLines', skus: [sku], facts, reason };
}

/** False: the cart has ended meanwhile. */
async function tell(cart: string, act: OperatorAct, actor: string): Promise<boolean> {
  const id = workflowInfo().workflowId;
  const envelope = { key: id, fingerprint: id, attempt: id, actor, requestId: id };
  try {
    await getExternalWorkflowHandle(cart).signal(operateSignal, act, envelope);
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}

const describe = ({ type, sku }: BulkAction, { status, told, gone }: BulkProgress): string =>
  `**${type} ${sku}**: ${status}, ${told} carts told${gone > 0 ? `, ${gone} had ended` : ''}`;

export async function bulkActionWorkflow(input: BulkActionInput): Promise<BulkProgress> {
  const { action, actor, batchSize } = input;
  let progress: BulkProgress = input.carried ?? { status: 'running', told: 0, gone: 0 };
  let isStopping = false;
  setHandler(bulkProgressQuery, () => progress, { description: 'How far it is' });
  setHandler(bulkStopSignal, () => void (isStopping = true), {
    description: 'Stop after the batch under way',
  });
  while (!isStopping) {
    setCurrentDetails(describe(action, progress));
    const after = progress.cursor ?? '';
    const carts = await activities.listCartsHolding({ sku: action.sku, after, limit: batchSize });
    const act = carts.length === 0 ? undefined : await actOf(action);
    const told = act ? await Promise.all(carts.map((cart) => tell(cart, act, actor))) : [];
    const reached = told.filter(Boolean).length;
    progress = {
      ...progress,
      told: progress.told + reached,
      gone: progress.gone + told.length - reached,
      cursor: carts.at(-1) ?? after,
    };
    if (carts.length < batchSize) progress = { ...progress, status: 'done' };
    if (progress.status === 'done') break;
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (historyLength > LONG_HISTORY || continueAsNewSuggested) {
      if (!isStopping) await continueAsNew<typeof bulkActionWorkflow>({ ...input, carried: progress });
    }
  }
  if (progress.status !== 'done') progress = { ...progress, status: 'stopped' };
  setCurrentDetails(describe(action, progress));
  return progress;
}
