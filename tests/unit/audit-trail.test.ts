/** The audit trail tells the whole story: played back on an empty cart, it makes the same cart. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareReplay, replayTrail } from '../../cart/replay-trail.ts';
import { toCartView } from '../../cart/view.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { aLine, aState } from '../support/publication.ts';
import { anyHistory, playAll } from './random-carts.ts';

/** As it comes back from a database. */
const written = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const trailOf = (requests: Parameters<typeof playAll>[0]) => {
  const { ledger, steps } = playAll(requests);
  return { state: ledger.state, entries: written(steps.flatMap(({ result }) => result.audit)) };
};

test('the entries alone, played back in order, are the cart that readers see', () => {
  fc.assert(
    fc.property(anyHistory, (requests) => {
      const { state, entries } = trailOf(requests);
      const replay = replayTrail(entries);
      if (!replay.ok) throw new Error(replay.fault);
      expect(compareReplay(replay.cart, toCartView(state, TEST_POLICY))).toEqual([]);
      expect(replay.cart.lines.map(({ id }) => id)).toEqual(state.lines.map(({ id }) => id));
      expect(replay.cart).toMatchObject({ version: state.version, status: state.status });
    }),
  );
});

test('a trail with a gap, or with an entry that does not say what it changed, is not played back', () => {
  const entry = (version: number, change?: object) => ({
    version,
    kind: 'addItem',
    ...(change ? { change } : {}),
  });
  expect(replayTrail([entry(1, {}), entry(3, {})])).toEqual({
    ok: false,
    fault: 'The trail goes from version 1 to 3.',
  });
  expect(replayTrail([entry(1)])).toMatchObject({ ok: false, fault: expect.stringContaining('Version 1') });
});

test('a cart that differs from its trail is told apart line by line', () => {
  const change = {
    lines: [{ id: 'l1', sku: 'T-A', options: {}, attributes: {}, quantity: 1, unitPrice: 1_999 }],
  };
  const replay = replayTrail([{ version: 1, kind: 'addItem', change }]);
  if (!replay.ok) throw new Error(replay.fault);
  const view = (...lines: ReturnType<typeof aLine>[]) => toCartView(aState({ lines }), TEST_POLICY);
  expect(compareReplay(replay.cart, view(aLine()))).toEqual([]);
  expect(compareReplay(replay.cart, view(aLine({ quantity: 2 })))).toEqual(['Line l1 (T-A) differs.']);
  expect(compareReplay(replay.cart, view(aLine({ id: 'l2' })))).toHaveLength(2);
  expect(
    compareReplay(replay.cart, toCartView(aState({ version: 2, lines: [aLine()] }), TEST_POLICY)),
  ).toEqual(['The trail ends at version 1, the cart is at 2.']);
});

test('an entry says who did what when, and under which key', () => {
  fc.assert(
    fc.property(anyHistory, (requests) => {
      for (const { request, result } of playAll(requests).steps) {
        for (const entry of result.audit) {
          const { actor, key, requestId } = request;
          expect(entry).toMatchObject({ actor, key, requestId, cartId: 'cart-1' });
          expect(request.operations.map((operation) => operation.type)).toContain(entry.kind);
        }
      }
    }),
  );
});
