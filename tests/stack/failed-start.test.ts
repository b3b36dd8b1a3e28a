/** A stack whose worker does not come up: it ends with an error, and shows the worker's own words. */
import { expect, test } from 'vitest';
import { startTestStack } from '../support/stack.ts';

test('a worker with a fault at a point that does not exist ends, and the stack says why', async () => {
  const environment = { FAULTS: 'createOder:before:fail' };
  await expect(startTestStack({ environment, apis: 1, workers: 1, catalogue: 'none' })).rejects.toThrow(
    /exit 1[^]*Worker 1 ended while it was starting[^]*createOder, which no activity is called\. Known: .*\bcreateOrder,/,
  );
});
