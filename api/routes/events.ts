/** The cart, pushed: server-sent events. A caller without any credential has no cart to watch and is told so. */
import { z } from '@hono/zod-openapi';
import type { CartFeed } from '../cart-feed.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { createEventStream } from '../event-stream.ts';
import type { FeatureFlags } from '../flags/feature-flags.ts';
import type { MergeOffers } from '../merge-offers.ts';
import { Problem } from '../problem.ts';

const HEARTBEAT_MS = 15_000;
const LIFETIME_MS = 30 * 60_000;

/** One event of the stream, as parsers of it see it. */
const event = z.object({
  event: z.literal('cart'),
  id: z.string().openapi({ description: 'The ETag without its quotes: give it back as Last-Event-ID.' }),
  data: z.string().openapi({ description: 'The cart, as JSON.' }),
});

export interface EventParts {
  feed: CartFeed;
  flags: FeatureFlags;
  offers: MergeOffers;
  now: () => number;
}

export function eventRoutes(router: Router, { feed, flags, offers, now }: EventParts): void {
  defineRoute(
    router,
    {
      method: 'get',
      path: '/cart/events',
      operationId: 'watchCart',
      tag: 'Cart',
      summary: 'Watch the cart',
      description:
        'Server-sent events: `event: cart`, `id: <version>`, data = the cart; the present one first, unless Last-Event-ID names it. ' +
        'A comment every 15 s. Without a credential: `unauthenticated`; open the stream after the first write.',
      access: 'read',
      feature: 'liveEvents',
      answers: { 200: { description: 'The stream.', schema: event, type: 'text/event-stream' } },
      errors: ['unauthenticated'],
    },
    ({ c, caller }) => {
      const { owner, expiresAt } = caller;
      if (!owner)
        throw new Problem('unauthenticated', 'There is no cart to watch yet; put something in first.');
      const untilExpiry = expiresAt === undefined ? LIFETIME_MS : Math.max(0, expiresAt - now());
      const options = {
        heartbeatMs: HEARTBEAT_MS,
        lifetimeMs: Math.min(LIFETIME_MS, untilExpiry),
        lastEventId: c.req.header('last-event-id'),
        onceOff: (end: () => void) => flags.onceOff('liveEvents', end),
      };
      // HEAD asks for the headers only; a stream nobody reads would never end.
      const body =
        c.req.method === 'HEAD' ? '' : createEventStream(offers.watch(feed, caller), owner, options);
      const headers = { 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
      return { status: 200, type: 'text/event-stream', body, headers };
    },
  );
}
