/** Checkouts over HTTP: what comes in, strict and bounded, and what goes out. */
import { z } from '@hono/zod-openapi';
import { CHECKOUT_STATUSES } from '../contract/checkouts.ts';
import { PAYMENT_STATUSES, TEST_OUTCOME_PATTERN } from '../contract/payments.ts';
import { refusalSchema, totalsSchema } from './answer-schemas.ts';
import { emailSchema } from './contact-schemas.ts';
import { textSchema } from './schemas.ts';

const minor = z.int().openapi({ description: 'Minor units.' });
const instant = z.iso.datetime();
const line = textSchema.min(1).max(200);

const addressSchema = z
  .strictObject({
    name: line,
    line1: line,
    line2: line.optional(),
    postalCode: line.max(20),
    city: line,
    region: line.optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .openapi({ description: 'ISO 3166-1 alpha-2.', example: 'DE' }),
    phone: line.max(40).optional(),
  })
  .openapi('Address');

const isWebAddress = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

export const beginCheckoutSchema = z
  .strictObject({
    expectedTotal: z.int().min(0).openapi({
      description:
        'What the shopper agrees to pay, tax and shipping included, in minor units. Another total is answered with `price_changed` and `totals`.',
      example: 1_999,
    }),
    email: emailSchema.optional().openapi({ description: 'Where the confirmation goes.', format: 'email' }),
    marketingConsent: z.boolean().optional().openapi({
      description:
        'Whether recovery e-mails may go there, too; as in `PUT /cart/contact`. Without it, only to who has ordered before.',
    }),
    shippingAddress: addressSchema.optional(),
    shippingMethod: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,63}$/)
      .optional()
      .openapi({ description: 'The first method of the shop where it is missing.', example: 'standard' }),
    returnUrl: z
      .string()
      .max(2_000)
      .refine(isWebAddress, 'Write an http or https address.')
      .optional()
      .openapi({ description: 'Where the payment page sends the shopper afterwards.', format: 'uri' }),
    testOutcome: z
      .string()
      .regex(new RegExp(TEST_OUTCOME_PATTERN))
      .optional()
      .openapi({ description: 'What the test provider shall do; refused where another one takes payments.' }),
  })
  .openapi('BeginCheckout');

export type BeginCheckoutBody = z.output<typeof beginCheckoutSchema>;

export const checkoutSchema = z
  .object({
    id: z.string(),
    cartId: z.string(),
    status: z.enum(CHECKOUT_STATUSES).openapi({
      description:
        '`preparing`, `pending` (pay at `payment.redirectUrl`), `paid` (the order is being written); then one end: `completed` (see `orderId`), `refused`, `declined`, `cancelled`, `expired`, `refunded`, `failed`.',
    }),
    currency: z.string(),
    totals: totalsSchema.nullable(),
    payment: z
      .object({
        provider: z.string(),
        status: z.enum(PAYMENT_STATUSES),
        amount: minor,
        redirectUrl: z.string().nullable().openapi({ description: 'The page where the shopper pays.' }),
      })
      .nullable(),
    heldUntil: instant.nullable().openapi({ description: 'Until when the stock is held.' }),
    payUntil: instant.nullable().openapi({ description: 'Until when the payment is waited for.' }),
    orderId: z.string().nullable(),
    refusal: refusalSchema.nullable().openapi({ description: 'Why it came to nothing.' }),
    startedAt: instant,
    endedAt: instant.nullable(),
    orderToken: z
      .string()
      .openapi({ description: 'Shows the order to whoever has it: send it as `Order-Token` to `/orders`.' }),
  })
  .openapi('Checkout');
