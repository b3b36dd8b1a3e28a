/** Orders as they go out over HTTP: for /openapi.json and for the tests that hold real answers against it. */
import { z } from '@hono/zod-openapi';

const minor = z.int().openapi({ description: 'Minor units.' });

const orderLine = z
  .object({
    lineId: z.string(),
    sku: z.string(),
    productId: z.string(),
    title: z.string(),
    imageUrl: z.string().optional(),
    options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    attributes: z.record(z.string(), z.string()),
    quantity: z.int(),
    unitPrice: minor,
    subtotal: minor,
    discount: minor,
    taxClass: z.string(),
    taxRate: z.int().openapi({ description: 'Millionths: 107500 is 10.75 %.' }),
    tax: minor,
    total: minor,
  })
  .openapi('OrderLine');

export const orderSchema = z
  .object({
    id: z.string(),
    cartId: z.string(),
    currency: z.string(),
    pricesIncludeTax: z
      .boolean()
      .openapi({ description: 'True: tax is part of the prices. False: it came on top.' }),
    subtotal: minor,
    discountTotal: minor,
    shippingMethod: z.string(),
    shippingTotal: minor,
    shippingTax: z.int().openapi({ description: 'Minor units; part of taxTotal.' }),
    taxTotal: minor,
    total: z.int().openapi({ description: 'Minor units: what was paid.' }),
    itemsCount: z.int(),
    totalQuantity: z.int(),
    lines: z.array(orderLine),
    payment: z.object({ provider: z.string(), paymentId: z.string(), amount: minor }),
    placedAt: z.iso.datetime(),
  })
  .openapi('Order');

export const orderPageSchema = z
  .object({ orders: z.array(orderSchema), nextCursor: z.string().nullable() })
  .openapi('OrderPage');
