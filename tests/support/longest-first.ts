/** Order of the test files where several go side by side: the longest first, so that none is left to run alone at the end. A fresh checkout has no times yet. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONGEST = [
  'tests/chaos/deaths.test.ts',
  'tests/stack/restart.test.ts',
  'tests/e2e/idempotency.test.ts',
  'tests/chaos/chaos.test.ts',
  'tests/chaos/mails.test.ts',
  'tests/chaos/checkouts.test.ts',
  'tests/e2e/cart.test.ts',
  'tests/chaos/races.test.ts',
  'tests/e2e/killed-workers.test.ts',
  'tests/e2e/link-outages.test.ts',
  'tests/e2e/outages.test.ts',
  'tests/checkout/steps.test.ts',
  'tests/workflow/retention.test.ts',
  'tests/checkout/terminated.test.ts',
  'tests/workflow/reconcile-races.test.ts',
  'tests/workflow/reconcile-repairs.test.ts',
  'tests/api/isolation.test.ts',
  'tests/workflow/abandonment-faults.test.ts',
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return rank === -1 ? LONGEST.length : rank;
};

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
