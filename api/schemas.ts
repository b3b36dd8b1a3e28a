/**
 * What comes in over HTTP, as zod schemas: strict, bounded by contract/limits, documented by name in /openapi.json. The rules check again
 * what only they can know; what is refused here never reaches Temporal.
 */
import { z } from '@hono/zod-openapi';
import {
  LINE_ID_PATTERN,
  MAX_ATTRIBUTES,
  MAX_BATCH_OPERATIONS,
  MAX_NAME_LENGTH,
  MAX_OPTIONS,
  MAX_QUANTITY,
  MAX_SKU_LENGTH,
  MAX_TEXT_LENGTH,
  NAME_PATTERN,
  SKU_PATTERN,
  TEXT_PATTERN,
} from '../contract/limits.ts';

export const skuSchema = z
  .string()
  .max(MAX_SKU_LENGTH)
  .regex(new RegExp(SKU_PATTERN))
  .openapi({ description: 'Stock keeping unit: the product, or one variant of it.', example: 'T-A' });

export const lineIdSchema = z
  .string()
  .regex(new RegExp(LINE_ID_PATTERN))
  .openapi({ description: 'Line of the cart.', example: 'l1' });

const quantitySchema = (min: 0 | 1) => z.int().min(min).max(MAX_QUANTITY);

const nameSchema = z.string().max(MAX_NAME_LENGTH).regex(new RegExp(NAME_PATTERN));
/** What shoppers type: notes, engravings. */
export const textSchema = z
  .string()
  .max(MAX_TEXT_LENGTH)
  .regex(
    new RegExp(TEXT_PATTERN),
    'Control characters and marks that turn the direction of text are not taken.',
  );

const hasAtMost =
  (max: number) =>
  (record: object): boolean =>
    Object.keys(record).length <= max;

const optionsSchema = z
  .record(nameSchema, z.union([textSchema, z.number(), z.boolean()]))
  .refine(hasAtMost(MAX_OPTIONS), `At most ${MAX_OPTIONS} options.`)
  .openapi('Options', {
    description: 'Choices by name; a missing option means its default. Order and number form do not matter.',
    maxProperties: MAX_OPTIONS,
    example: { colour: 'oak' },
  });

const attributesSchema = z
  .record(nameSchema, textSchema)
  .refine(hasAtMost(MAX_ATTRIBUTES), `At most ${MAX_ATTRIBUTES} attributes.`)
  .openapi('Attributes', {
    description: 'Short notes on the line, never interpreted.',
    maxProperties: MAX_ATTRIBUTES,
    example: { gift: 'yes' },
  });

const addFields = {
  sku: skuSchema,
  quantity: quantitySchema(1).openapi({ description: 'Units to add.', example: 1 }),
  options: optionsSchema.optional(),
  attributes: attributesSchema.optional(),
  separateLine: z
    .boolean()
    .optional()
    .openapi({ description: 'True keeps the units on a line of their own even where an equal line exists.' }),
};

const updateFields = {
  quantity: quantitySchema(0)
    .optional()
    .openapi({ description: 'The new quantity, not a difference; 0 removes the line.' }),
  options: optionsSchema.optional().openapi({ description: 'The complete new options.' }),
  attributes: attributesSchema.optional(),
};

const changesSomething = (value: { quantity?: unknown; options?: unknown; attributes?: unknown }): boolean =>
  value.quantity !== undefined || value.options !== undefined || value.attributes !== undefined;
const NOTHING_TO_DO = 'Send quantity, options or attributes.';

export const addItemSchema = z.strictObject(addFields).openapi('AddItem');
export const updateItemSchema = z
  .strictObject(updateFields)
  .refine(changesSomething, NOTHING_TO_DO)
  .openapi('UpdateItem', { minProperties: 1 });

const addOperation = z.strictObject({ type: z.literal('addItem'), ...addFields });
const updateOperation = z
  .strictObject({ type: z.literal('updateItem'), lineId: lineIdSchema, ...updateFields })
  .refine(changesSomething, NOTHING_TO_DO)
  .openapi({ minProperties: 3 });
const removeOperation = z.strictObject({ type: z.literal('removeItem'), lineId: lineIdSchema });
const clearOperation = z.strictObject({ type: z.literal('clear') });

export const batchSchema = z
  .strictObject({
    atomic: z.boolean().openapi({ description: 'True: all operations or none. False: each for itself.' }),
    operations: z
      .array(
        z.discriminatedUnion('type', [
          addOperation.openapi('AddItemOperation'),
          updateOperation.openapi('UpdateItemOperation'),
          removeOperation.openapi('RemoveItemOperation'),
          clearOperation.openapi('ClearOperation'),
        ]),
      )
      .min(1)
      .max(MAX_BATCH_OPERATIONS),
  })
  .openapi('Batch');

/** `POST /cart/add`, the command-style form. */
export const addCommandSchema = z
  .strictObject({ sku: skuSchema, quantity: addFields.quantity, options: addFields.options })
  .openapi('AddCommand');

/** `PUT /cart/update`. */
export const updateCommandSchema = z
  .strictObject({ lineId: lineIdSchema, quantity: quantitySchema(0) })
  .openapi('UpdateCommand');

/** `DELETE /cart/remove`. */
export const removeCommandSchema = z.strictObject({ lineId: lineIdSchema }).openapi('RemoveCommand');
