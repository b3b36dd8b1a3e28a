/** The way to the money: prices that hold, stock that is held, a payment, and its end. Whatever is begun here has its compensation first. */
import { CancellationScope, condition } from '@temporalio/workflow';
import { goodsText } from '../cart/goods-text.ts';
import { refusePayment } from '../cart/order-refusals.ts';
import { quoteCheckout } from '../cart/quote-checkout.ts';
import { refuse } from '../cart/verdict.ts';
import type { Activities } from '../activities/create-activities.ts';
import type { CheckoutKeeper, End } from './checkout-keeper.ts';
import { attempt, steps } from './checkout-steps.ts';
import type { Compensations } from './compensations.ts';
import { failureType } from './payment-failures.ts';
import { showMeanwhile } from './publish-checkout.ts';

const FIRST_POLL_MS = 5_000;
const LONGEST_POLL_MS = 60_000;

/** For one answer of the provider. */
const LONGEST_ASK_MS = 10_000;

const outOfReach = (why: string): End => ({
  status: 'failed',
  why,
  refusal: refuse('dependency_unavailable', 'The checkout is out of order at the moment; try again.').refusal,
});

const stopped = (keeper: CheckoutKeeper): End => ({
  status: 'cancelled',
  why: `cancelled by the ${keeper.stopAskedBy ?? 'shopper'}`,
});

const expired: End = { status: 'expired', why: 'the payment did not come in time' };

/** Undefined: the money is there. */
export async function getPaid(keeper: CheckoutKeeper, undo: Compensations): Promise<End | undefined> {
  const stages = [agreeOnPrices, holdStock, beginPayment, waitForPayment];
  for (const stage of stages) {
    if (keeper.stopAskedBy && !keeper.isPaid) return stopped(keeper);
    const end = await stage(keeper, undo);
    if (end) return end;
  }
  return undefined;
}

async function readFacts(keeper: CheckoutKeeper) {
  const { input } = keeper;
  const { checkoutId, cartId, currency, ownerHash, lines, wish } = input;
  const { contactRef } = wish;
  if (contactRef !== undefined) {
    await keeper.transactions('contact').claimContact({ checkoutId, contactRef, ownerHash });
  }
  const skus = [...new Set(lines.map(({ sku }) => sku))];
  return await keeper.transactions('prices, taxes and shipping of today').readCheckoutFacts({
    checkoutId,
    cartId,
    currency,
    skus,
  });
}

async function agreeOnPrices(keeper: CheckoutKeeper): Promise<End | undefined> {
  const { lines, currency, wish } = keeper.input;
  let found: Awaited<ReturnType<Activities['readCheckoutFacts']>>;
  try {
    found = await readFacts(keeper);
  } catch {
    return outOfReach('prices could not be looked up');
  }
  const quote = quoteCheckout({ lines, currency, ...wish, ...found }, Date.now());
  if (!quote.ok) {
    keeper.totals = quote.totals;
    const { refusal } = quote;
    return { status: 'refused', why: refusal.code, refusal, facts: found.facts };
  }
  keeper.take(quote.priced);
  keeper.tell(`prices hold: ${keeper.money(quote.priced.total)}`);
  return undefined;
}

async function holdStock(keeper: CheckoutKeeper, undo: Compensations): Promise<End | undefined> {
  const { checkoutId, cartId, ownerHash, lines, policy } = keeper.input;
  const { holdLifeMs, openCheckoutsMax } = policy;
  const items = lines.map(({ sku, quantity }) => ({ sku, quantity }));
  const heldUntil = Date.now() + holdLifeMs;
  undo.releaseStock();
  try {
    const outcome = await keeper.transactions('hold the stock').reserveStock({
      checkoutId,
      cartId,
      ownerHash,
      items,
      heldUntil,
      openCheckoutsMax,
    });
    if (outcome.status === 'refused') {
      return { status: 'refused', why: outcome.refusal.code, refusal: outcome.refusal };
    }
    if (outcome.status !== 'held') return outOfReach(`the hold was ${outcome.status} before`);
    keeper.heldUntil = outcome.heldUntil;
  } catch {
    return outOfReach('stock could not be held');
  }
  keeper.tell(`stock held until ${new Date(keeper.heldUntil).toISOString()}`);
  return undefined;
}

/** Why there is no payment. */
function paymentFailed(keeper: CheckoutKeeper, error: unknown): End {
  if (keeper.stopAskedBy) return stopped(keeper);
  const type = failureType(error);
  if (type === 'PaymentDeclined') return declined();
  if (type === 'PaymentMismatch' || type === 'PaymentConflict') {
    return { status: 'failed', why: 'the payment is not what was asked for', refusal: refusePayment() };
  }
  return outOfReach(type ?? 'the provider did not answer in time');
}

const declined = (): End => ({
  status: 'declined',
  why: 'payment declined',
  refusal: refuse('payment_declined', 'The payment was declined; try other means.').refusal,
});

async function beginPayment(keeper: CheckoutKeeper, undo: Compensations): Promise<End | undefined> {
  const { input, priced, heldUntil = 0 } = keeper;
  const amount = priced?.total ?? 0;
  if (amount === 0) {
    keeper.see('captured', 'nothing to pay');
    return undefined;
  }
  keeper.payUntil = Math.min(Date.now() + input.policy.paymentWaitMs, heldUntil);
  const request = paymentRequestOf(keeper);
  undo.cancelPayment(request);
  const patienceMs = Math.max(1_000, keeper.payUntil - Date.now());
  const scope = new CancellationScope();
  const creating = scope.run(() => steps('create the payment', patienceMs).createPayment(request));
  const hasStopped = condition(() => keeper.stopAskedBy !== undefined);
  await Promise.race([attempt(() => creating), hasStopped]);
  if (keeper.stopAskedBy) scope.cancel();
  try {
    keeper.know(await creating, 'answer');
  } catch (error) {
    return paymentFailed(keeper, error);
  }
  keeper.tell(`waits for the payment until ${new Date(keeper.payUntil).toISOString()}`);
  if (!keeper.isPaid) {
    keeper.enter('pending');
    showMeanwhile(keeper);
  }
  return undefined;
}

function paymentRequestOf({ input, priced }: CheckoutKeeper) {
  const { checkoutId, currency, wish } = input;
  const { returnUrl, testOutcome } = wish;
  return {
    checkoutId,
    currency,
    amount: priced?.total ?? 0,
    description: goodsText(input.lines),
    ...(returnUrl === undefined ? {} : { returnUrl }),
    ...(testOutcome === undefined ? {} : { testOutcome }),
  };
}

/** What the payment has come to, where that is known. */
function verdictOf({ paymentStatus }: CheckoutKeeper): End | undefined {
  if (paymentStatus === 'failed') return declined();
  if (paymentStatus === 'refunded') return { status: 'refunded', why: 'the payment was given back' };
  return { status: 'cancelled', why: 'the payment was cancelled at the provider' };
}

/** The event or the poll, whichever comes first. */
async function waitForPayment(keeper: CheckoutKeeper): Promise<End | undefined> {
  const { payUntil = 0 } = keeper;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 2, LONGEST_POLL_MS)) {
    if (keeper.isPaid) return undefined;
    if (keeper.isDecided) return verdictOf(keeper);
    if (keeper.stopAskedBy) return stopped(keeper);
    const leftMs = payUntil - Date.now();
    if (leftMs <= 0) return expired;
    const isOver = () => keeper.isDecided || keeper.stopAskedBy !== undefined;
    const summary = leftMs <= pause ? 'the payment is too late' : 'ask the provider';
    if (await condition(isOver, Math.min(pause, leftMs), { summary })) continue;
    const patienceMs = Math.min(LONGEST_ASK_MS, payUntil - Date.now());
    if (patienceMs > 0) await Promise.race([attempt(() => poll(keeper, patienceMs)), condition(isOver)]);
  }
}

/** Not longer than the payment is waited for: the stock is promised back. */
async function poll(keeper: CheckoutKeeper, patienceMs: number): Promise<void> {
  keeper.know(await steps('ask the provider', patienceMs).pollPayment(keeper.input.checkoutId), 'poll');
}
