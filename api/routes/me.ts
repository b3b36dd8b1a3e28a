/** A customer asks to be forgotten. */
import { defineRoute, type Router } from '../define-route.ts';
import { eraseCaller, type ForgetParts } from '../write/forget-owner.ts';

export function meRoutes(router: Router, parts: ForgetParts): void {
  defineRoute(
    router,
    {
      method: 'delete',
      path: '/me',
      operationId: 'eraseMe',
      tag: 'Customer',
      summary: 'Be forgotten',
      description:
        'Deletes every address of the customer, of the guests that they were before they signed in, and wherever else the address of their token stands; takes back what was to be sent; kills the links in mails. ' +
        'Orders stay, without a person. A token from before brings nothing back. Again, it is the same.',
      access: 'write',
      isForgetting: true,
      answers: { 204: { description: 'Done.' } },
      errors: ['unauthenticated'],
    },
    async (call) => {
      await eraseCaller(parts, call);
      return { status: 204, body: null, headers: { 'cache-control': 'no-store' } };
    },
  );
}
