/** What Temporal's errors mean to us: an answer in disguise, no cart, a cart that has ended, worth another try, or an outage. */
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, NamespaceNotFoundError } from '@temporalio/common';
import type { Receipt } from '../contract/operations.ts';
import { MERGE_PENDING, NOTHING_CHANGED } from '../workflows/messages.ts';
import { Problem } from './problem.ts';

/** gRPC status codes: https://grpc.io/docs/guides/status-codes/ */
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;
const TRANSIENT = new Set([1, 2, 4, 8, 9, 10, 13, 14]);

/** Through Update-with-Start a gRPC error may come without the SDK's wrapping. */
function grpcCode(error: unknown): number | undefined {
  const source = error instanceof ServiceError ? error.cause : error;
  if (isGrpcServiceError(source)) return source.code;
  const code = (source as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}

const failureType = (error: unknown): string | undefined =>
  error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure
    ? (error.cause.type ?? undefined)
    : undefined;

/** The cart refused, or knew the key: its receipts, from an Update that left no history. */
export function receiptsOfFailure(error: unknown): Receipt[] | undefined {
  if (failureType(error) !== NOTHING_CHANGED) return undefined;
  const { details } = (error as WorkflowUpdateFailedError).cause as ApplicationFailure;
  return details?.[0] as Receipt[] | undefined;
}

/** No workflow of this id runs. */
export const isNoCart = (error: unknown): boolean => error instanceof WorkflowNotFoundError;

/** The id has been used and is closed for good. */
export const isCartGone = (error: unknown): boolean => error instanceof WorkflowExecutionAlreadyStartedError;

/**
 * The Update was accepted, and the run ended before it was answered: the next run knows the key. Or a worker that was stopping gave its
 * task back without a look at the Update: nothing has happened.
 */
const isPassedOver = (error: unknown): boolean =>
  ['AcceptedUpdateCompletedWorkflow', 'UnprocessedUpdate'].includes(failureType(error) ?? '');

/** A new server, on which the worker registers the search attributes in a moment. */
function isNotSetUp(error: unknown): boolean {
  if (grpcCode(error) !== INVALID_ARGUMENT) return false;
  const { cause, message } = error as Error;
  return `${message} ${cause instanceof Error ? cause.message : ''}`.includes('search attribute');
}

/** A server that is still starting: it does not know its namespaces yet, or broke off in a way of its own. */
const isStarting = (error: unknown): boolean =>
  error instanceof NamespaceNotFoundError ||
  error instanceof QueryNotRegisteredError ||
  (error instanceof ServiceError && grpcCode(error) === undefined);

export const isWorthAnotherTry = (error: unknown): boolean =>
  isPassedOver(error) || TRANSIENT.has(grpcCode(error) ?? -1) || isNotSetUp(error) || isStarting(error);

/** Nobody listens at the address, or the connection broke. */
export const isOutage = (error: unknown): boolean => grpcCode(error) === UNAVAILABLE;

/**
 * The answer for an outage. `deadline_exceeded` says that the outcome is not known; the same key finds out. Anything that is no
 * outage is a fault of ours and comes back unchanged.
 */
export function toProblem(error: unknown): unknown {
  const code = grpcCode(error);
  const isLate = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || code === DEADLINE_EXCEEDED;
  if (isLate || failureType(error) === MERGE_PENDING) {
    return new Problem('deadline_exceeded', undefined, { cause: error });
  }
  if (isWorthAnotherTry(error)) {
    return new Problem('dependency_unavailable', 'The cart is out of reach at the moment.', { cause: error });
  }
  return error;
}
