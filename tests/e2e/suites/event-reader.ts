/** Reads server-sent events, as a browser's EventSource does, with the time at which each came. */
import type { CartView } from '../../../contract/cart-view.ts';
import type { Shopper } from '../../support/client.ts';
import { eventually } from '../../support/eventually.ts';

export interface CartEvent {
  id: string;
  event: string;
  cart: CartView;
  /** Epoch ms. */
  at: number;
}

export interface EventReader {
  status: number;
  events: CartEvent[];
  /** The first event that shows at least this version. */
  untilVersion(version: number): Promise<CartEvent>;
  close(): void;
}

function parse(block: string): CartEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return undefined;
  const cart = JSON.parse(data) as CartView;
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? '', cart, at: Date.now() };
}

async function read(body: ReadableStream<Uint8Array>, events: CartEvent[]): Promise<void> {
  let rest = '';
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    events.push(...blocks.flatMap((block) => parse(block) ?? []));
  }
}

export async function watchCart(shopper: Shopper, lastEventId?: string): Promise<EventReader> {
  const abort = new AbortController();
  const response = await fetch(`${shopper.origin}/cart/events`, {
    headers: {
      ...shopper.credentials,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: abort.signal,
  });
  const events: CartEvent[] = [];
  // Ends with an AbortError when it is closed, or with the API's process.
  read(response.body as ReadableStream<Uint8Array>, events).catch(() => undefined);
  const find = (version: number) => events.find(({ cart }) => cart.version >= version);
  return {
    status: response.status,
    events,
    untilVersion: (version) => eventually(() => find(version) ?? false, { within: 10_000, every: 2 }),
    close: () => abort.abort(),
  };
}
