/** The cart as a storefront and an operator see it, on one stack that stays healthy. Outages have a file of their own. */
import { afterAll, beforeAll } from 'vitest';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { asynchronousSuite } from './suites/asynchronous.ts';
import { badInputSuite } from './suites/bad-input.ts';
import { consistencySuite } from './suites/consistency.ts';
import { eventSuite } from './suites/events.ts';
import { identitySuite, keySetSuite, rotationSuite } from './suites/identity.ts';
import { type KeySet, openKeySet } from './suites/key-set.ts';
import { isolationOverHttp } from './suites/isolation.ts';
import { operatorSuite } from './suites/operator.ts';
import { scenarioSuite } from './suites/scenarios.ts';
import { stockSuite } from './suites/stock.ts';

let stack: TestStack;
let keys: KeySet;

beforeAll(async () => {
  keys = await openKeySet();
  stack = await startTestStack({ environment: { JWT_JWKS_URL: keys.url } });
});

afterAll(async () => {
  await stack?.stop();
  await keys?.close();
});

const theStack = () => stack;
const theKeys = () => keys;

keySetSuite(theStack, theKeys);
identitySuite(theStack);
isolationOverHttp(theStack);
scenarioSuite(theStack);
consistencySuite(theStack);
eventSuite(theStack);
stockSuite(theStack);
asynchronousSuite(theStack);
operatorSuite(theStack);
rotationSuite(theStack, theKeys);
badInputSuite(theStack);
