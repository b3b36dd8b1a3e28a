/**
 * The steps of a checkout that are one short transaction of PostgreSQL each: done inside the workflow task, several in a row for the price of
 * one. A worker that dies in the task does all of them again, with what has come in meanwhile: each is the same however often it is done.
 */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import { localActivities } from './activity-proxies.ts';
import { steps } from './checkout-steps.ts';

const TRANSACTIONS = [
  'claimContact',
  'readCheckoutFacts',
  'reserveStock',
  'releaseStock',
  'createOrder',
  'findOrder',
  'publishCheckout',
] as const;

export type Transactions = Pick<Activities, (typeof TRANSACTIONS)[number]>;

/** Longer than the database lets a statement run: what did not answer in time has come to its end. */
const TRY_MS = 2_500;

/** Local activities fail with what they threw, ordinary ones with that as the cause. */
function isHopeless(error: unknown): boolean {
  const failure = error instanceof ActivityFailure ? error.cause : error;
  return failure instanceof ApplicationFailure && failure.nonRetryable === true;
}

type Step = (argument: unknown) => Promise<unknown>;

/**
 * One try at once. What fails in a way that may pass goes on as an ordinary activity, with its patience: it keeps no workflow task open, and
 * operators see its attempts.
 */
function inTask(summary: string): Transactions {
  const [local, ordinary] = [localActivities(TRY_MS, summary), steps(summary)] as Record<string, Step>[];
  const tryBoth =
    (name: string): Step =>
    async (argument) => {
      try {
        return await local?.[name]?.(argument);
      } catch (error) {
        if (isHopeless(error)) throw error;
        return await ordinary?.[name]?.(argument);
      }
    };
  return Object.fromEntries(TRANSACTIONS.map((name) => [name, tryBoth(name)])) as unknown as Transactions;
}

/** `isLocal`: false for checkouts that began when these were ordinary activities. `summary`: for operators, on each event. */
export const transactions = (summary: string, isLocal: boolean): Transactions =>
  isLocal ? inTask(summary) : steps(summary);
