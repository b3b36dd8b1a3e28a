/** Bulk actions as zod schemas. */
import { z } from '@hono/zod-openapi';
import { skuSchema } from '../schemas.ts';
import { noticeSchema, reasonSchema } from './schemas.ts';

export const bulkActionBody = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.literal('reprice'), sku: skuSchema, reason: reasonSchema }),
    z.strictObject({
      action: z.literal('withdraw'),
      sku: skuSchema,
      reason: reasonSchema,
      notice: noticeSchema.optional(),
    }),
  ])
  .openapi('BulkActionRequest');

export const bulkActionSchema = z
  .object({
    id: z.string(),
    type: z.enum(['reprice', 'withdraw']),
    sku: z.string(),
    status: z.enum(['running', 'done', 'stopped', 'failed']),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    told: z.int().openapi({ description: 'Carts that were told so far.' }),
    changed: z.int().openapi({ description: 'Carts that it has changed so far, by the audit trail.' }),
    gone: z.int().openapi({ description: 'Carts that had ended before they could be told.' }),
  })
  .openapi('BulkAction');

export const bulkActionsSchema = z.object({ bulkActions: z.array(bulkActionSchema) }).openapi('BulkActions');
