/**
 * Carts live longer than code: every recorded history must run under today's code, command for command, and come to the same cart.
 * A failure here means that living carts would break: keep the old path behind `patched`, or raise the schema.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { toCartView } from '../../cart/view.ts';
import type { CartView } from '../../contract/cart-view.ts';
import { buildWorkflowBundle } from '../../worker/bundle.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { PLAYS } from './plays.ts';
import { type Bundle, fixture, replayAll, replayAndTell, type Told, tellingBundle } from './replay-bundle.ts';
import { handedOverIn, readHistories, receiptsIn, type StoredHistory } from './stored-histories.ts';

const HISTORIES = readHistories();
const byName = (name: string): StoredHistory => {
  const found = HISTORIES.find((history) => history.name === name);
  if (!found) throw new Error(`There is no history ${name}.`);
  return found;
};

test('there is a history of every play', () => {
  const recorded = HISTORIES.map(({ name }) => name.split(/[/.]/)[1]);
  for (const name of Object.keys(PLAYS)) expect(recorded).toContain(name);
});

test('every history replays under the bundle that workers run', async () => {
  expect(await replayAll({ codePath: await buildWorkflowBundle() }, HISTORIES)).toEqual([]);
});

/** The view of what a cart's last run published last; undefined for earlier runs, which have no recorded view. */
function viewToldBy(told: Told, { view }: StoredHistory): CartView | undefined {
  const last = told.published.at(-1);
  // The plays have policies of their own, and only this field depends on them.
  return view && last && { ...toCartView(last.state, TEST_POLICY), expiresAt: view.expiresAt };
}

describe('the cart that comes of it', () => {
  let bundle: Bundle;
  beforeAll(async () => {
    bundle = await tellingBundle();
  });

  test.each(HISTORIES.map((history) => [history.name, history] as const))(
    'is the same: %s',
    async (_name, history) => {
      const told = await replayAndTell(bundle, history);
      expect(told.receipts).toEqual(receiptsIn(history));
      expect(told.handedOver).toEqual(handedOverIn(history));
      // A run that changed nothing published nothing.
      expect(viewToldBy(told, history)).toEqual(told.published.length > 0 ? history.view : undefined);
    },
  );
});

describe('a deliberate change', () => {
  test('of the order of things is caught', async () => {
    const bundle = await tellingBundle(fixture('changed-workflow'));
    const errors = await replayAll(bundle, HISTORIES.slice(0, 3));
    expect(errors).toHaveLength(3);
    for (const [, error] of errors) expect(error.message).toMatch(/nondeterminism/i);
  });

  test('that only comes to another cart is caught', async () => {
    const bundle = await tellingBundle(fixture('stricter-workflow'));
    const history = byName('v1/continue-as-new.1');
    const told = await replayAndTell(bundle, history);
    expect(told.handedOver).not.toEqual(handedOverIn(history));
  });
});
