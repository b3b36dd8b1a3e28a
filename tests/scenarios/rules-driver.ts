/** Scenarios on the rules alone: one cart in memory, handed through JSON after every request as continue-as-new would. */
import { applyRequest, type Ledger } from '../../cart/apply-request.ts';
import { newCart } from '../../cart/new-cart.ts';
import { toCartView } from '../../cart/view.ts';
import { testCatalogueFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { changeFacts, toAnswer, toCartRequest } from './cart-messages.ts';
import type { Driver } from './driver.ts';

const START = Date.UTC(2026, 10, 21);

export function createRulesDriver(): Driver {
  const facts = testCatalogueFacts();
  const birth = { cartId: 'cart-1', owner: 'guest' as const, ownerHash: 'hash', currency: 'EUR' };
  let ledger: Ledger = { state: newCart(birth, START), remembered: [] };
  let count = 0;
  const skuOfLine = (lineId: string) => ledger.state.lines.find((line) => line.id === lineId)?.sku;

  return {
    async send(asked) {
      count += 1;
      const attempt = `attempt-${count}`;
      const request = toCartRequest(asked, attempt, facts, skuOfLine);
      const result = applyRequest(ledger, request, START + count * 1_000, TEST_POLICY);
      ledger = JSON.parse(JSON.stringify(result.ledger)) as Ledger;
      return toAnswer(result.receipt, attempt);
    },
    view: async () => toCartView(ledger.state, TEST_POLICY),
    changeProduct: async (change) => changeFacts(facts, change),
  };
}
