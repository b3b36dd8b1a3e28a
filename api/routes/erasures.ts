/** Operators forget whoever a cart or an order belongs to: a guest cannot ask for it by themselves, since nobody knows them. */
import { z } from '@hono/zod-openapi';
import { type CartOwnership, findOwner } from '../../database/cart-owners.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { operatorOf } from '../operators/act-on-cart.ts';
import { fromDatabase } from '../from-database.ts';
import { NO_STORE } from '../operators/operator-parts.ts';
import { cartIdSchema } from '../operators/schemas.ts';
import { Problem } from '../problem.ts';
import { json } from '../reply.ts';
import { type EraseParts, forgetOwner } from '../write/forget-owner.ts';
import { OPERATORS_TAG } from './operator-carts.ts';

const erasureSchema = z
  .strictObject({
    cartId: cartIdSchema.openapi({
      description: 'Public id of a cart, present or past, its Temporal workflow id, or the id of an order.',
    }),
  })
  .openapi('Erasure');

const count = z.int().min(0);

const erasedSchema = z
  .object({
    ownerHash: z.string().openapi({ description: 'The pseudonym that is nobody’s from now on.' }),
    ownerKind: z.enum(['guest', 'customer']),
    contacts: count.openapi({ description: 'Addresses for recovery e-mails that were deleted.' }),
    checkouts: count.openapi({ description: 'Checkouts and orders whose personal data was deleted.' }),
    messages: count.openapi({ description: 'Messages that were promised and will not be sent.' }),
  })
  .openapi('Erased');

async function find({ sql }: EraseParts, id: string): Promise<CartOwnership> {
  const owner = await fromDatabase(() => findOwner(sql, id));
  if (!owner) throw new Problem('cart_not_found', 'There is no cart or order of this id.');
  return owner;
}

export function erasureRoutes(router: Router, parts: EraseParts): void {
  defineRoute(
    router,
    {
      method: 'post',
      path: '/admin/erasures',
      operationId: 'eraseOwner',
      tag: OPERATORS_TAG,
      summary: 'Forget the owner of a cart',
      description:
        'Deletes every address of whoever the cart or order belongs to, and takes back what was to be sent. Orders stay, without a person. Again, it finds nothing to delete.',
      access: 'operate',
      body: erasureSchema,
      answers: { 200: { description: 'What was deleted now.', schema: erasedSchema } },
      errors: ['cart_not_found'],
    },
    async (call) => {
      const { ownerHash, ownerKind, workflowId } = await find(parts, call.body.cartId);
      const { requestId } = call;
      const erased = await forgetOwner(parts, workflowId, { ownerHash, actor: operatorOf(call), requestId });
      return json(200, { ownerHash, ownerKind, ...erased }, NO_STORE);
    },
  );
}
