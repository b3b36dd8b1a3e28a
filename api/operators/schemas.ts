/** What operators send and get, as zod schemas: for requests, for /openapi.json, and for the tests that hold real answers against it. */
import { z } from '@hono/zod-openapi';
import { MAX_REASON_LENGTH } from '../../contract/limits.ts';
import { cartViewSchema } from '../answer-schemas.ts';
import { pageQueryOf } from '../pages.ts';
import { skuSchema } from '../schemas.ts';

const instant = z.iso.datetime({ offset: true });

/** Without the flag `u`, which a pattern in /openapi.json cannot have. */
const NO_CONTROLS = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

/** Letters and punctuation, no control characters: it is printed on terminals. */
const lineOfText = z.string().trim().min(1).max(MAX_REASON_LENGTH).regex(new RegExp(NO_CONTROLS));

export const reasonSchema = lineOfText.openapi({
  description: 'Why; kept in the audit trail, never shown to the shopper. No personal data.',
  example: 'chargeback under review',
});

export const noticeSchema = lineOfText.openapi({
  description: 'What the shopper reads in the cart instead of the standard sentence.',
});

export const cartIdSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9:_-]+$/)
  .openapi({ description: 'Public id of a cart (`id` of the cart view), or its Temporal workflow id.' });

export const pageQuery = pageQueryOf('Entries', 400);

export const searchQuery = pageQuery.extend({
  status: z.enum(['active', 'checkout', 'completed', 'merged', 'expired']).optional(),
  owner: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .openapi({ description: 'The `sub` of a customer’s token. Hashed at once; neither stored nor logged.' }),
  ownerHash: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .openapi({ description: 'The pseudonym of an owner, as logs and Temporal show it.' }),
  sku: skuSchema.optional(),
  locked: z
    .enum(['true'])
    .optional()
    .openapi({ description: '`true`: only carts that an operator has locked.' }),
  abandoned: z
    .enum(['true'])
    .optional()
    .openapi({ description: '`true`: only carts whose shopper has been away for the first delay.' }),
  createdFrom: instant.optional(),
  createdTo: instant.optional(),
  changedFrom: instant.optional(),
  changedTo: instant.optional(),
});

export const reasonBody = z.strictObject({ reason: reasonSchema }).openapi('OperatorReason');

const minor = z.int().openapi({ description: 'Minor units.' });

const summaryFields = {
  cartId: z.string(),
  workflowId: z.string(),
  generation: z.int(),
  version: z.int(),
  status: z.enum(['active', 'checkout', 'completed', 'merged', 'expired']),
  ownerKind: z.enum(['guest', 'customer']),
  ownerHash: z.string(),
  currency: z.string(),
  itemsCount: z.int(),
  total: minor,
  isLocked: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
  abandonedAt: instant.nullable(),
};

const cartSummarySchema = z.object(summaryFields).openapi('CartSummary');

export const cartPageSchema = z
  .object({ carts: z.array(cartSummarySchema), nextCursor: z.string().nullable() })
  .openapi('CartPage');

const liveSchema = z
  .object({
    runId: z.string(),
    status: z.string().openapi({ description: 'Temporal’s word for it: `RUNNING`, `COMPLETED` …' }),
    startedAt: instant,
    historyEvents: z.int(),
    version: z.int().optional(),
    lock: z.object({ reason: z.string(), at: instant }).optional(),
    publishFailures: z.int().optional(),
    unpublished: z
      .int()
      .optional()
      .openapi({ description: 'Changes that the read model has not taken yet.' }),
    waiting: z.int().optional().openapi({ description: 'Messages that wait for the catalogue.' }),
    rememberedKeys: z.int().optional(),
  })
  .openapi('LiveCart');

export const inspectedCartSchema = z
  .object({
    cart: cartSummarySchema,
    view: cartViewSchema.openapi({ description: 'As published: what shoppers read.' }),
    live: liveSchema
      .nullable()
      .openapi({ description: 'The workflow; null where Temporal no longer has it.' }),
    differences: z
      .array(z.string())
      .openapi({ description: 'Where the read model differs from the workflow; `repair` mends it.' }),
  })
  .openapi('InspectedCart');

const auditEntrySchema = z
  .object({
    version: z.int(),
    kind: z.string(),
    actor: z.string(),
    keyHash: z.string().nullable(),
    requestId: z.string(),
    at: instant,
    operation: z.unknown(),
    change: z.unknown(),
  })
  .openapi('AuditEntry');

export const trailPageSchema = z
  .object({ cartId: z.string(), entries: z.array(auditEntrySchema), nextCursor: z.string().nullable() })
  .openapi('AuditPage');

export const actedSchema = z
  .object({
    cartId: z.string(),
    version: z.int(),
    isLocked: z.boolean(),
    hasChanged: z.boolean().openapi({ description: '`false`: it was so already.' }),
  })
  .openapi('LockResult');

export const exportSchema = z
  .looseObject({
    cart: cartSummarySchema,
    differences: z.array(z.string()),
    isAuditComplete: z.boolean().openapi({ description: '`false`: only the newest changes are in it.' }),
  })
  .openapi('CartExport');

const nullableInstant = instant.nullable();

export const healthSchema = z
  .object({
    status: z.enum(['ok', 'degraded']),
    problems: z.array(z.string()).openapi({ description: 'One sentence for each; none when all is well.' }),
    database: z.object({ isReachable: z.boolean(), latencyMs: z.int() }),
    temporal: z.object({ isReachable: z.boolean(), latencyMs: z.int() }),
    workers: z.array(z.object({ identity: z.string(), lastSeenAt: nullableInstant })),
    publishLag: z
      .object({
        carts: z.int(),
        p50Ms: z.int().nullable(),
        p95Ms: z.int().nullable(),
        maxMs: z.int().nullable(),
      })
      .nullable()
      .openapi({ description: 'From a change to its row, over the last 15 minutes.' }),
    mails: z
      .object({ due: z.int(), oldestDueMs: z.int() })
      .nullable()
      .openapi({ description: 'Mails that should have gone by now, and for how long the first of them.' }),
    alarms: z
      .array(z.object({ kind: z.string(), count: z.int(), oldestMs: z.int() }))
      .nullable()
      .openapi({ description: 'What waits for a person, by kind, and for how long.' }),
    schedules: z.array(
      z.object({
        id: z.string(),
        isPaused: z.boolean(),
        lastRunAt: nullableInstant,
        nextRunAt: nullableInstant,
      }),
    ),
  })
  .openapi('OperatorHealth');

export const repairedSchema = z
  .object({
    cartId: z.string(),
    version: z.int(),
    done: z
      .array(z.object({ code: z.enum(['republished', 'repriced']), message: z.string() }))
      .openapi({ description: 'Empty where there was nothing to mend.' }),
  })
  .openapi('RepairResult');
