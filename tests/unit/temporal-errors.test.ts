/** What Temporal's errors become: another try, an answer, or a problem; never a bare 500 for what is nobody's mistake. */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { isWorthAnotherTry, receiptsOfFailure, toProblem } from '../../api/temporal-errors.ts';
import { NOTHING_CHANGED } from '../../workflows/messages.ts';

const failedUpdate = (type: string, details: unknown[] = []): WorkflowUpdateFailedError =>
  new WorkflowUpdateFailedError('failed', ApplicationFailure.create({ type, details }));

describe('an Update', () => {
  test.each(['UnprocessedUpdate', 'AcceptedUpdateCompletedWorkflow'])(
    'that nobody has looked at (%s) is sent again, and is a 503 when time is up',
    (type) => {
      expect(isWorthAnotherTry(failedUpdate(type))).toBe(true);
      expect(toProblem(failedUpdate(type))).toMatchObject({ status: 503, code: 'dependency_unavailable' });
    },
  );

  test('that changed nothing carries its receipts, and is not sent again', () => {
    const receipts = [{ key: 'k', attempt: 'a', version: 1, outcomes: [] }];
    expect(receiptsOfFailure(failedUpdate(NOTHING_CHANGED, [receipts]))).toEqual(receipts);
    expect(isWorthAnotherTry(failedUpdate(NOTHING_CHANGED))).toBe(false);
  });

  test('that failed in a way of its own stays what it is: a mistake of ours', () => {
    const error = failedUpdate('InvalidMessage');
    expect(isWorthAnotherTry(error)).toBe(false);
    expect(toProblem(error)).toBe(error);
  });
});
