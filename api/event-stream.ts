/**
 * One stream of server-sent events: the cart's view after each change, a comment now and then so that a dead connection is noticed, and
 * an end after a while so that nobody watches with an expired credential. Browsers reconnect by themselves.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { CartFeed } from './cart-feed.ts';
import type { CartOwner } from './carts.ts';
import type { LoadedView } from './views.ts';

export interface StreamOptions {
  heartbeatMs: number;
  lifetimeMs: number;
  /** The version that the reader has seen (`Last-Event-ID`): it is not sent again. */
  lastEventId: string | undefined;
  /** Calls back when streams are switched off; returns the way to stop waiting. */
  onceOff: (end: () => void) => () => void;
}

/** Events that may wait for a slow reader; beyond that it is cut off and comes back to the newest state. */
const MAX_WAITING = 16;

const RECONNECT_MS = 2_000;

/** `data:` lines must not contain line breaks; JSON text has none of its own. */
const idOf = ({ version, hasOffer }: LoadedView): string => `${version}${hasOffer ? '-m' : ''}`;

const eventOf = (view: LoadedView): string => `event: cart\nid: ${idOf(view)}\ndata: ${view.text}\n\n`;

export function createEventStream(
  feed: Pick<CartFeed, 'watch'>,
  owner: CartOwner,
  options: StreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop = (): void => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let isOpen = true;
        let isFirst = true;
        const close = (): void => {
          if (!isOpen) return;
          stop();
          controller.close();
        };
        const send = (text: string): void => {
          if (!isOpen) return;
          if ((controller.desiredSize ?? 0) <= 0) return close();
          controller.enqueue(encoder.encode(text));
        };
        const heartbeat = setInterval(() => send(': still here\n\n'), options.heartbeatMs);
        const end = setTimeout(close, options.lifetimeMs);
        const onView = (view: LoadedView): void => {
          const isSeen = isFirst && options.lastEventId === idOf(view);
          isFirst = false;
          if (!isSeen) send(eventOf(view));
        };
        let unwatch = (): void => undefined;
        let unwait = (): void => undefined;
        stop = () => {
          isOpen = false;
          clearInterval(heartbeat);
          clearTimeout(end);
          unwatch();
          unwait();
        };
        send(`retry: ${RECONNECT_MS}\n\n`);
        unwait = options.onceOff(() => {
          send(': switched off\n\n');
          close();
        });
        unwatch = feed.watch(owner, { onView, onClose: close });
      },
      cancel: () => stop(),
    },
    { highWaterMark: MAX_WAITING },
  );
}
