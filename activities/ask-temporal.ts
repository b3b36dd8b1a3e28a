/**
 * What activities, and the sender of mails, ask Temporal: which carts run (index, a little late), whether one has ended (exact), and what it would publish now
 * (a query; it loads the cart into a worker). Outages become failures that the workflow tries again.
 */
import { ApplicationFailure } from '@temporalio/activity';
import { type Client, isGrpcServiceError, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { IndexGlance } from '../cart/compare-projection.ts';
import type { Publication } from '../cart/publication.ts';
import { CART_WORKFLOW, INSPECT_QUERY, REPUBLISH_SIGNAL } from '../contract/reconcile.ts';

/** A cart answers within milliseconds, or a few seconds when it has to be loaded on a busy worker. */
const ANSWER_MS = 5_000;
const LIST_MS = 20_000;

export interface CartStatement {
  state: Publication['state'];
  policy: Publication['policy'];
  isPublishing: boolean;
}

/** Rejects with a failure that names no address. */
async function listing<Result>(client: Client, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await client.withDeadline(Date.now() + LIST_MS, ask);
  } catch (error) {
    const source = error instanceof ServiceError ? error.cause : error;
    const code = isGrpcServiceError(source) ? source.code : (source as { code?: unknown }).code;
    const message = `Temporal's list of carts is out of reach (gRPC status ${String(code)})`;
    throw ApplicationFailure.create({ message, type: 'TemporalUnavailable' });
  }
}

type Fields = Record<string, { data?: Uint8Array | null }> | null | undefined;

function attribute(fields: Fields, name: string): unknown {
  const payload = fields?.[name];
  return payload?.data?.length ? JSON.parse(Buffer.from(payload.data).toString('utf8')) : undefined;
}

function glance(fields: Fields): IndexGlance {
  const activity = attribute(fields, 'LastActivity');
  const count = attribute(fields, 'ItemCount');
  const status = attribute(fields, 'CartStatus');
  const owner = attribute(fields, 'CartOwner');
  return {
    ...(typeof activity === 'string' ? { lastActivity: Date.parse(activity) } : {}),
    ...(typeof count === 'number' ? { itemCount: count } : {}),
    ...(typeof status === 'string' ? { status } : {}),
    ...(typeof owner === 'string' ? { owner } : {}),
  };
}

const RUNNING = `WorkflowType = '${CART_WORKFLOW}' AND ExecutionStatus = 'Running'`;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

async function list(client: Client, query: string, pageSize: number, nextPageToken: Uint8Array) {
  const { namespace } = client.options;
  const request = { namespace, query, pageSize, nextPageToken };
  return listing(client, () => client.workflowService.listWorkflowExecutions(request));
}

/** What the index shows of those of the carts that run. */
export async function glanceAtCarts(
  client: Client,
  workflowIds: readonly string[],
): Promise<ReadonlyMap<string, IndexGlance>> {
  const query = `${RUNNING} AND WorkflowId IN (${workflowIds.map(quoted).join(', ')})`;
  const { executions } = await list(client, query, workflowIds.length, new Uint8Array());
  return new Map(
    executions.map(({ execution, searchAttributes }) => [
      execution?.workflowId ?? '',
      glance(searchAttributes?.indexedFields as Fields),
    ]),
  );
}

/** A page of the carts that run on a task queue, newest first. `cursor`: of the page before. */
export async function listOpenCarts(
  client: Client,
  taskQueue: string,
  pageSize: number,
  cursor = '',
): Promise<{ workflowIds: string[]; cursor?: string }> {
  const query = `${RUNNING} AND TaskQueue = ${quoted(taskQueue)}`;
  const { executions, nextPageToken } = await list(client, query, pageSize, Buffer.from(cursor, 'base64'));
  const workflowIds = executions.map(({ execution }) => execution?.workflowId ?? '');
  const next = Buffer.from(nextPageToken ?? []).toString('base64');
  return next === '' ? { workflowIds } : { workflowIds, cursor: next };
}

/** Nobody answers for the cart: its workflow tasks fail, no worker runs, or the worker is of an older release. */
export class CartSilent extends Error {}

/** Asked once, with a deadline. Rejects with `WorkflowNotFoundError` where there is no such workflow, and with `CartSilent`. */
export async function answered<Result>(client: Client, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, ask);
  } catch (error) {
    throw error instanceof WorkflowNotFoundError
      ? error
      : new CartSilent('The cart does not answer.', { cause: error });
  }
}

/** `gone`: Temporal does not know it, or it was terminated or failed: nobody can ask it any more. */
export type CartLife = 'running' | 'ended' | 'gone';

/** Exact, unlike the index. Rejects with `CartSilent`. */
export async function readLife(client: Client, workflowId: string): Promise<CartLife> {
  try {
    const { status } = await answered(client, () => client.workflow.getHandle(workflowId).describe());
    if (status.name === 'RUNNING') return 'running';
    return status.name === 'COMPLETED' ? 'ended' : 'gone';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'gone';
    throw error;
  }
}

/** When the newest run ended (epoch ms; 0 where Temporal does not know the workflow, any more). Exact. Rejects with `CartSilent`. */
export async function readEnd(client: Client, workflowId: string): Promise<number | 'running'> {
  try {
    const { closeTime } = await answered(client, () => client.workflow.getHandle(workflowId).describe());
    return closeTime?.getTime() ?? 'running';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 0;
    throw error;
  }
}

/** What the cart would publish now, or published last. */
export const askCart = (client: Client, workflowId: string): Promise<CartStatement> =>
  answered(client, () => client.workflow.getHandle(workflowId).query<CartStatement>(INSPECT_QUERY));

/** Has the cart publish what its row may have lost besides: the last entries of its trail, the last outcomes. */
export const askToRepublish = (client: Client, workflowId: string): Promise<void> =>
  answered(client, () => client.workflow.getHandle(workflowId).signal(REPUBLISH_SIGNAL));
