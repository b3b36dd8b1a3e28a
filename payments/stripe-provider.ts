/**
 * Stripe behind the port: a hosted Checkout Session for each checkout, so that card data is typed on Stripe's page alone.
 * The payment id is the session's. Source: https://docs.stripe.com/api/checkout/sessions
 */
import Stripe from 'stripe';
import type { Payment } from '../contract/payments.ts';
import { PaymentError, type PaymentErrorKind, kindOfStatus } from './payment-error.ts';
import {
  type ParseWebhook,
  type PaymentProvider,
  type PaymentRequest,
  paymentKey,
} from './payment-provider.ts';
import { CHECKOUT_ID, checkoutOfSession, statusOfSession } from './stripe-events.ts';

export interface StripeProviderOptions {
  secretKey: string;
  parseWebhook: ParseWebhook;
  /** Another origin than Stripe's own (STRIPE_API_URL): a stand-in on loopback. */
  apiUrl?: string | undefined;
  /** Ms until a call counts as lost. */
  timeoutMs?: number;
}

type Session = Stripe.Checkout.Session;

function connect({ secretKey, apiUrl, timeoutMs = 10_000 }: StripeProviderOptions): Stripe {
  const place = apiUrl === undefined ? undefined : new URL(apiUrl);
  return new Stripe(secretKey, {
    // Whoever calls tries again, with the same key; two ladders of retries would only hide how long it takes.
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    ...(place && {
      host: place.hostname,
      port: place.port === '' ? (place.protocol === 'http:' ? 80 : 443) : Number(place.port),
      protocol: place.protocol === 'http:' ? 'http' : 'https',
    }),
  });
}

function kindOf(error: Stripe.errors.StripeError): PaymentErrorKind {
  if (error instanceof Stripe.errors.StripeCardError) return 'declined';
  return error.statusCode === undefined ? 'transient' : kindOfStatus(error.statusCode);
}

/** Stripe's message may name a person's bank; its type and code do not. */
function toPaymentError(error: unknown): PaymentError {
  if (error instanceof PaymentError) return error;
  if (!(error instanceof Stripe.errors.StripeError)) {
    return new PaymentError('transient', 'Stripe does not answer', error);
  }
  const { type, code, statusCode } = error;
  return new PaymentError(
    kindOf(error),
    `Stripe: ${[statusCode, type, code].filter(Boolean).join(' ')}`,
    error,
  );
}

async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toPaymentError(error);
  }
}

function toPayment(session: Session): Payment {
  const checkoutId = checkoutOfSession(session);
  if (checkoutId === undefined || session.amount_total === null || session.currency === null) {
    throw new PaymentError('final', 'This Checkout Session was not made by this shop');
  }
  return {
    paymentId: session.id,
    checkoutId,
    status: statusOfSession(session),
    amount: session.amount_total,
    currency: session.currency.toUpperCase(),
    redirectUrl: session.status === 'open' ? session.url : null,
  };
}

/** Depends on the request alone: the same key with other parameters would be refused. */
function sessionOf(request: PaymentRequest): Stripe.Checkout.SessionCreateParams {
  const { checkoutId, amount, currency, returnUrl, description, testOutcome } = request;
  if (testOutcome !== undefined) throw new PaymentError('final', 'Only the test provider has test outcomes');
  if (returnUrl === undefined) throw new PaymentError('final', 'Stripe needs a return URL');
  const name = description ?? 'Your order';
  return {
    mode: 'payment',
    client_reference_id: checkoutId,
    metadata: { [CHECKOUT_ID]: checkoutId },
    payment_intent_data: { metadata: { [CHECKOUT_ID]: checkoutId } },
    success_url: returnUrl,
    cancel_url: returnUrl,
    line_items: [
      {
        quantity: 1,
        price_data: { currency: currency.toLowerCase(), unit_amount: amount, product_data: { name } },
      },
    ],
  };
}

const WITH_CHARGE = { expand: ['payment_intent.latest_charge'] };

const isOneOf = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Stripe.errors.StripeError && codes.includes(error.code ?? '');

export function createStripeProvider(options: StripeProviderOptions): PaymentProvider {
  const stripe = connect(options);
  const { sessions } = stripe.checkout;
  const read = async (id: string): Promise<Session> => await sessions.retrieve(id, WITH_CHARGE);

  /** Too late to expire one that was paid meanwhile: then what it is now is the answer. */
  async function expire(id: string): Promise<Session> {
    const session = await read(id);
    if (session.status !== 'open') return session;
    try {
      return await sessions.expire(id);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeInvalidRequestError) return await read(id);
      throw error;
    }
  }

  async function refund(id: string, key: string): Promise<Session> {
    const { payment_intent: intent, payment_status: paid } = await read(id);
    if (!intent || paid !== 'paid') throw new PaymentError('final', 'There is nothing to refund');
    const payment_intent = typeof intent === 'string' ? intent : intent.id;
    try {
      await stripe.refunds.create({ payment_intent }, { idempotencyKey: key });
    } catch (error) {
      if (!isOneOf(error, 'charge_already_refunded')) throw error;
    }
    return await read(id);
  }

  const create = (request: PaymentRequest) =>
    asked(async () => {
      const idempotencyKey = paymentKey(request.checkoutId, 'payment');
      return toPayment(await sessions.create(sessionOf(request), { idempotencyKey }));
    });

  return {
    name: 'stripe',
    createPayment: create,
    // Sessions cannot be searched by our id; the key finds the one that is there.
    findPayment: create,
    getPayment: (id) => asked(async () => toPayment(await read(id))),
    cancelPayment: (id) => asked(async () => toPayment(await expire(id))),
    refundPayment: ({ paymentId, checkoutId }) =>
      asked(async () => toPayment(await refund(paymentId, paymentKey(checkoutId, 'refund')))),
    parseWebhook: options.parseWebhook,
  };
}
