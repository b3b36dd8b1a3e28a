/**
 * The idempotency matrix: what the same key means, for each write route in each situation. Carts start a new run every few
 * operations here and remember few keys, so that both borders are crossed all the time.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { DISRUPTIONS, disruptionSuite } from './matrix/disruptions.ts';
import { lateRequestTests, otherRequestTests, sameRequestTests } from './matrix/repeats.ts';
import { WRITE_ROUTES } from './matrix/write-routes.ts';

const REMEMBERED_KEYS = 40;

let stack: TestStack;
const theStack = () => stack;

beforeAll(async () => {
  const environment = { CONTINUE_AS_NEW_AFTER_EVENTS: '30', REMEMBERED_KEYS_MAX: String(REMEMBERED_KEYS) };
  stack = await startTestStack({ environment });
});

afterAll(() => stack?.stop());

describe.each(WRITE_ROUTES)('$name', (route) => {
  sameRequestTests(route, theStack);
  otherRequestTests(route, theStack);
  lateRequestTests(route, theStack, REMEMBERED_KEYS);
});

for (const disruption of DISRUPTIONS) disruptionSuite(disruption, theStack);
