/** Where the shopper may be written to, and whether. */
import { contactSchema, contactStateSchema } from '../contact-schemas.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { json, replayed } from '../reply.ts';
import { type ContactParts, giveContact } from '../write/give-contact.ts';

export function contactRoutes(router: Router, parts: ContactParts): void {
  defineRoute(
    router,
    {
      method: 'put',
      path: '/cart/contact',
      operationId: 'giveContact',
      tag: 'Cart',
      summary: 'Say where and whether to be written to',
      description:
        'For e-mails about a cart that was left. The last request counts; one sent again under its key changes nothing. Makes no cart. ' +
        'An address that has unsubscribed stays so, and the answer does not tell.',
      access: 'write',
      body: contactSchema,
      answers: {
        200: {
          description: 'Taken down. The address is not repeated.',
          schema: contactStateSchema,
          headers: { 'Idempotent-Replayed': '`true` where the request had been carried out before.' },
        },
      },
      errors: ['cart_closed', 'erased'],
    },
    async (call) => {
      const { isReplay, ...state } = await giveContact(parts, call);
      return json(200, state, {
        'cache-control': 'no-store',
        ...replayed(isReplay),
      });
    },
  );
}
