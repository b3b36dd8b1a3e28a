/** The checkout of the caller's cart: begin it, find it again from any device, give it up. */
import type { CartView } from '../../contract/cart-view.ts';
import { type CheckoutView, isOpen } from '../../contract/checkouts.ts';
import type { CartOwner } from '../carts.ts';
import { type BeginCheckoutBody, beginCheckoutSchema, checkoutSchema } from '../checkout-schemas.ts';
import { type Call, defineRoute, type Router } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { json, replayed, type Reply } from '../reply.ts';
import { beginCheckout, cartOf, type CheckoutParts } from '../write/begin-checkout.ts';

const notFound = () => new Problem('checkout_not_found', 'There is no checkout of your cart.');

function answer(parts: CheckoutParts, status: number, view: CheckoutView, headers = {}): Reply {
  const body = { ...view, orderToken: parts.orderTokens.sign(view.id) };
  return json(status, body, { 'cache-control': 'no-store', ...headers });
}

/** The caller's cart; its guest token goes out again where it was signed with an older key. */
function ownerOf(parts: CheckoutParts, { c, caller }: Call): CartOwner | undefined {
  if (caller.owner && caller.needsNewToken) parts.handOut(c, caller);
  return caller.owner;
}

async function begin(parts: CheckoutParts, call: Call<unknown, unknown, BeginCheckoutBody>): Promise<Reply> {
  const { headers, body } = call;
  if (body.testOutcome !== undefined && !parts.isTestShop) {
    const message = 'Only the test provider can be told what to do.';
    throw new Problem('validation_failed', message, {
      errors: [{ path: 'testOutcome', code: 'custom', message }],
    });
  }
  if (headers?.ifMatch === undefined || headers.ifMatch === '*') {
    throw new Problem(
      'precondition_required',
      'Send If-Match with the version of the cart that the shopper saw.',
    );
  }
  const owner = ownerOf(parts, call);
  if (!owner) throw new Problem('cart_empty', 'There is nothing in the cart.');
  const { view, isReplay } = await beginCheckout(parts, call, owner);
  parts.metrics.recordOperation('beginCheckout', 'ok');
  return answer(parts, view.status === 'preparing' ? 202 : 201, view, {
    location: '/cart/checkout',
    ...replayed(isReplay),
  });
}

type KnownCheckout = NonNullable<CartView['checkout']>;

/** The open checkout, or the last one. Throws `checkout_not_found`. */
async function known(parts: CheckoutParts, call: Call): Promise<KnownCheckout> {
  const owner = ownerOf(parts, call);
  const checkout = owner && cartOf(await parts.views.load(owner)).checkout;
  if (!checkout) throw notFound();
  return checkout;
}

/** A checkout that an operator has terminated would be as it was then for ever: how it ended, only the cart knows. */
function endedAs({ status, orderId }: KnownCheckout, view: CheckoutView | undefined): CheckoutView {
  if (!view) throw notFound();
  if (!isOpen(view.status) || status === 'open') return view;
  const payment = view.payment && { ...view.payment, redirectUrl: null };
  return { ...view, status, payment, orderId: orderId ?? null, heldUntil: null, payUntil: null };
}

async function read(parts: CheckoutParts, call: Call): Promise<Reply> {
  const checkout = await known(parts, call);
  return answer(parts, 200, endedAs(checkout, await parts.checkouts.read(checkout.id)));
}

async function cancel(parts: CheckoutParts, call: Call): Promise<Reply> {
  const checkout = await known(parts, call);
  const view = endedAs(checkout, await parts.checkouts.cancel(checkout.id));
  if (view.status === 'completed' || view.status === 'paid') {
    const order = view.orderId === null ? {} : { orderId: view.orderId };
    throw new Problem('cart_closed', 'It has been paid: there is an order.', order);
  }
  return answer(parts, isOpen(view.status) ? 202 : 200, view);
}

const CHECKOUT_ANSWER = { description: 'The checkout as it is now.', schema: checkoutSchema };

export function checkoutRoutes(router: Router, parts: CheckoutParts): void {
  const common = { path: '/cart/checkout', tag: 'Checkout' };
  defineRoute(
    router,
    {
      ...common,
      method: 'post',
      operationId: 'beginCheckout',
      summary: 'Begin the checkout of the cart',
      description:
        'Prices and stock are looked at anew, the stock is held, the payment is made; pay at `payment.redirectUrl`. `If-Match` names the version that the shopper saw. ' +
        'While it is open the cart stands still. Asked again for the same version and sum, by whatever key, it is the same checkout, with its order once there is one.',
      access: 'write',
      body: beginCheckoutSchema,
      answers: {
        201: {
          ...CHECKOUT_ANSWER,
          headers: { Location: 'The checkout.', 'Idempotent-Replayed': '`true` where it had begun before.' },
        },
        202: {
          ...CHECKOUT_ANSWER,
          description: 'It has begun, and is being prepared still; ask at `Location`.',
        },
      },
      errors: [
        'precondition_required',
        'cart_empty',
        'sku_unavailable',
        'out_of_stock',
        'price_changed',
        'checkout_limit',
        'cart_total_limit',
        'cart_locked',
        'payment_declined',
        'payment_mismatch',
      ],
    },
    (call) => begin(parts, call),
  );
  defineRoute(
    router,
    {
      ...common,
      method: 'get',
      operationId: 'getCheckout',
      summary: 'See the open checkout, or the last one',
      description: 'From any device of the owner: closing the browser loses nothing.',
      access: 'read',
      answers: { 200: CHECKOUT_ANSWER },
      errors: ['checkout_not_found'],
    },
    (call) => read(parts, call),
  );
  defineRoute(
    router,
    {
      ...common,
      method: 'delete',
      operationId: 'cancelCheckout',
      summary: 'Give the checkout up',
      description:
        'The payment is cancelled, the stock released, the cart given back. What is paid already stays paid: `cart_closed`, with the order.',
      access: 'write',
      answers: {
        200: CHECKOUT_ANSWER,
        202: { ...CHECKOUT_ANSWER, description: 'It is being given up; ask again.' },
      },
      errors: ['checkout_not_found', 'cart_closed'],
    },
    (call) => cancel(parts, call),
  );
}
