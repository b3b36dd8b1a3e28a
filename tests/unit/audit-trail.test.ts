/** The audit trail tells the whole story: played back on an empty cart, it makes the same cart. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import type { CartOperation } from '../../contract/operations.ts';
import type { ProductFacts } from '../../contract/product-facts.ts';
import { anyHistory, freshLedger, type PlayedStep, playAll } from './random-carts.ts';

/** The trail has no facts; a player looks them up as they were then. */
function factsOfThen({ request, result }: PlayedStep): (ProductFacts | undefined)[] {
  const applied = request.operations.filter((_, index) => result.receipt.outcomes[index]?.ok);
  return applied.map((operation) => ('facts' in operation ? operation.facts : undefined));
}

test('the entries, played back in order, rebuild the cart', () => {
  fc.assert(
    fc.property(anyHistory, (requests) => {
      const { ledger, steps } = playAll(requests);
      let { state } = freshLedger();
      for (const step of steps.filter(({ result }) => result.hasChanged)) {
        const facts = factsOfThen(step);
        for (const [index, entry] of step.result.audit.entries()) {
          const written = JSON.parse(JSON.stringify(entry.operation)) as CartOperation;
          expect(written).not.toHaveProperty('facts');
          const then = facts[index];
          const operation = then ? { ...written, facts: then } : written;
          const verdict = applyOperation(state, operation as CartOperation, entry.at);
          if (!verdict.ok) throw new Error(`${entry.kind} was refused: ${verdict.refusal.detail}`);
          state = verdict.state;
          expect(state.version).toBe(entry.version);
        }
      }
      expect(state).toEqual(ledger.state);
    }),
  );
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
