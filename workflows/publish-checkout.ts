/** Has the checkout shown to its shopper: in PostgreSQL, where the API reads it. */
import type { CheckoutKeeper } from './checkout-keeper.ts';
import { attempt, insist } from './checkout-steps.ts';

function publish(keeper: CheckoutKeeper): Promise<void> {
  const { checkoutId } = keeper.input;
  const view = keeper.view();
  return keeper.transactions(`show the shopper: ${view.status}`).publishCheckout({ checkoutId, view });
}

/** Nothing waits for it: what comes next is shown next, and while there is nothing to read the API asks this workflow. */
export function showMeanwhile(keeper: CheckoutKeeper): void {
  if (keeper.isPublished) void attempt(() => publish(keeper));
}

/** Once the cart knows it too: whoever reads the one after the other finds that they agree. Until it is done. */
export async function showEnd(keeper: CheckoutKeeper): Promise<void> {
  if (!keeper.isPublished) return;
  await insist({ what: 'showing the end', tell: (line) => keeper.tell(line) }, () => publish(keeper));
}
