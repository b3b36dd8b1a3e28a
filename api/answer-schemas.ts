/** What goes out over HTTP, as zod schemas: for /openapi.json and for the tests that hold real answers against it. Never run on a request's way. */
import { z } from '@hono/zod-openapi';
import { CHECKOUT_STATUSES } from '../contract/checkouts.ts';
import { ERRORS, type ErrorCode } from '../contract/errors.ts';

const minor = z.int().openapi({ description: 'Minor units.' });
const instant = z.iso.datetime();

const lineView = z
  .object({
    id: z.string(),
    sku: z.string(),
    productId: z.string(),
    title: z.string(),
    options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    attributes: z.record(z.string(), z.string()),
    quantity: z.int(),
    unitPrice: minor,
    lineTotal: minor,
    available: z.enum(['inStock', 'low', 'outOfStock', 'discontinued']),
    maxQuantity: z.int().openapi({ description: 'The quantity that this line could have now.' }),
    imageUrl: z.string().optional(),
    addedAt: instant,
  })
  .openapi('CartLine');

export const cartViewSchema = z
  .object({
    id: z.string().nullable().openapi({ description: 'Null while there is no cart.' }),
    version: z.int(),
    status: z.enum(['active', 'checkout', 'completed', 'merged', 'expired']),
    abandonedAt: instant.optional(),
    owner: z.enum(['guest', 'customer']),
    currency: z.string(),
    lines: z.array(lineView),
    itemsCount: z.int(),
    totalQuantity: z.int(),
    subtotal: minor,
    discountTotal: minor,
    taxTotal: minor,
    shippingTotal: minor,
    total: minor,
    hasUnavailableItems: z.boolean(),
    warnings: z.array(
      z.object({
        code: z.enum([
          'price_moved',
          'line_unavailable',
          'quantity_exceeds_stock',
          'line_withdrawn',
          'cart_locked',
        ]),
        message: z.string(),
        lineId: z.string().optional(),
      }),
    ),
    requirements: z.array(z.object({ code: z.string(), message: z.string(), step: z.string() })),
    checkout: z
      .object({
        id: z.string(),
        status: z.enum(['open', ...CHECKOUT_STATUSES]),
        orderId: z.string().optional(),
      })
      .optional()
      .openapi({ description: 'The open checkout, or the last one; see GET /cart/checkout.' }),
    createdAt: instant.nullable(),
    updatedAt: instant.nullable(),
    expiresAt: instant.nullable(),
  })
  .openapi('Cart');

const errorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).openapi('ErrorCode');

/** The sums of an order. */
export const totalsSchema = z
  .object({
    pricesIncludeTax: z.boolean(),
    subtotal: minor,
    discountTotal: minor,
    shippingMethod: z.string(),
    shippingTotal: minor,
    shippingTax: minor,
    taxTotal: minor,
    total: minor,
  })
  .openapi('OrderTotals');

/** Why something did not happen, as a part of an answer. */
export const refusalSchema = z
  .object({
    code: errorCode,
    detail: z.string(),
    available: z.int().optional(),
    shortages: z.array(z.object({ sku: z.string(), wanted: z.int(), available: z.int() })).optional(),
    currentVersion: z.int().optional(),
    errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .openapi('Refusal');

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'Fit to be shown to a shopper.' }),
    instance: z.string().openapi({ description: 'The request id.' }),
    code: errorCode,
    retryable: z.boolean().openapi({ description: 'The same request may be sent again with the same key.' }),
    retryAfterMs: z.int().optional(),
    currentVersion: z.int().optional(),
    available: z.int().optional(),
    shortages: z
      .array(z.object({ sku: z.string(), wanted: z.int(), available: z.int() }))
      .optional()
      .openapi({ description: 'Every SKU that lacks units, at a checkout.' }),
    totals: totalsSchema
      .optional()
      .openapi({ description: 'What is to be paid now, with `price_changed` at a checkout.' }),
    orderId: z.string().optional().openapi({ description: 'The order, with `cart_closed` at a checkout.' }),
    cart: cartViewSchema.optional(),
    successor: z
      .enum(['customer'])
      .optional()
      .openapi({ description: 'Where a closed guest cart lives on: sign in.' }),
    violatedPolicies: z
      .array(z.string())
      .optional()
      .openapi({ description: 'The budgets that are spent, as in RateLimit-Policy.' }),
    errors: z
      .array(z.object({ path: z.string(), code: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'Where in the request the trouble is.' }),
  })
  .openapi('Problem');

export const batchResultSchema = z
  .object({
    cart: cartViewSchema,
    outcomes: z.array(
      z.object({
        index: z.int(),
        ok: z.boolean(),
        code: errorCode.optional(),
        message: z.string().optional(),
        available: z.int().optional(),
        lineId: z.string().optional(),
      }),
    ),
  })
  .openapi('BatchResult');

const mergeNotice = z.object({
  sku: z.string(),
  title: z.string(),
  lineId: z
    .string()
    .optional()
    .openapi({ description: 'The line of the cart; absent for what was dropped.' }),
  wanted: z.int().openapi({ description: 'Units that the strategy asked for.' }),
  quantity: z.int().openapi({ description: 'Units that the line has now.' }),
  reason: z.enum([
    'quantity_limit',
    'out_of_stock',
    'sku_unavailable',
    'line_limit',
    'cart_total_limit',
    'attribute_limit',
  ]),
});

export const mergeResultSchema = z
  .object({
    cart: cartViewSchema,
    merge: z.object({
      merged: z.boolean().openapi({ description: 'False: the guest cart is empty, or there is none.' }),
      adjusted: z.array(mergeNotice),
      dropped: z.array(mergeNotice),
    }),
  })
  .openapi('MergeResult');

export const recoveryPreviewSchema = z
  .object({
    currency: z.string(),
    lines: z.array(
      z.object({
        title: z.string(),
        imageUrl: z.string().optional(),
        quantity: z.int(),
        unitPrice: minor,
        lineTotal: minor,
        isAvailable: z.boolean(),
        maxQuantity: z.int().openapi({ description: 'Units that could be had now.' }),
      }),
    ),
    total: minor.openapi({ description: 'Without what cannot be had.' }),
  })
  .openapi('RecoveryPreview');

export const operationStatusSchema = z
  .object({
    key: z.string(),
    status: z.enum(['pending', 'applied', 'refused']),
    version: z.int().optional(),
    code: errorCode.optional(),
    detail: z.string().optional(),
  })
  .openapi('OperationStatus');

const optionDefinition = z.object({
  type: z.enum(['choice', 'number', 'text']),
  name: z.string(),
  required: z.boolean(),
  default: z.union([z.string(), z.number()]).optional(),
  choices: z.array(z.object({ value: z.string(), label: z.string(), surcharge: minor })).optional(),
  unit: z.string().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  step: z.number().optional(),
  maxLength: z.int().optional(),
  surcharge: minor.optional(),
});

const variant = z.object({
  sku: z.string(),
  label: z.string().openapi({ description: 'What tells it from its siblings; empty for a simple product.' }),
  attributes: z.record(z.string(), z.string()),
  unitPrice: minor,
  available: z.enum(['inStock', 'low', 'outOfStock', 'discontinued']),
  maxQuantity: z.int().openapi({ description: 'Units that one line could have now.' }),
});

export const productSchema = z
  .object({
    productId: z.string(),
    title: z.string(),
    description: z.string(),
    imageUrl: z.string().optional(),
    currency: z.string(),
    options: z.array(optionDefinition),
    areaPrice: z.object({ width: z.string(), height: z.string(), perSquareMetre: minor }).optional(),
    active: z.boolean(),
    variants: z.array(variant),
  })
  .openapi('Product');

export const productPageSchema = z
  .object({ products: z.array(productSchema), nextCursor: z.string().nullable() })
  .openapi('ProductPage');
