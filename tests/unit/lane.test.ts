/** One lane per cart: order, batching, bounds and faults, with messages that are answered when the test says so. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Lanes } from '../../api/lane.ts';

const overflow = new Error('too many');
const tooLate = new Error('too late');
const FAR = Number.MAX_SAFE_INTEGER;

const createLanes = (more: { maxPerMessage?: number; maxWaiting?: number } = {}) =>
  new Lanes<number, string>({
    maxPerMessage: 50,
    maxWaiting: 100,
    overflow: () => overflow,
    tooLate: () => tooLate,
    ...more,
  });

/** Messages under way: `sent` in order; each waits for `answer` or `fail`. */
function createServer() {
  const sent: { items: number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const send = (items: number[]) =>
    new Promise<string[]>((resolve, reject) => {
      sent.push({ items, answer: () => resolve(items.map((item) => `did ${item}`)), fail: reject });
    });
  const inFlight = (count: number) => vi.waitFor(() => expect(sent).toHaveLength(count), { interval: 1 });
  return { sent, send, inFlight };
}

describe('a lane', () => {
  test('sends the first item at once and what comes meanwhile together, in order', async () => {
    const lanes = createLanes();
    const { sent, send, inFlight } = createServer();
    const results = [1, 2, 3, 4].map((item) => lanes.submit('cart', item, FAR, send));
    expect(sent.map(({ items }) => items)).toEqual([[1]]);
    expect(lanes.read()).toEqual({ longest: 3, waiting: 3, lanes: 1 });

    sent[0]?.answer();
    await inFlight(2);
    expect(sent[1]?.items).toEqual([2, 3, 4]);
    sent[1]?.answer();
    expect(await Promise.all(results)).toEqual(['did 1', 'did 2', 'did 3', 'did 4']);
  });

  test('leaves nothing behind once it is idle', async () => {
    const lanes = createLanes();
    const { sent, send } = createServer();
    const result = lanes.submit('cart', 1, FAR, send);
    sent[0]?.answer();
    await result;
    await vi.waitFor(() => expect(lanes.read()).toEqual({ longest: 0, waiting: 0, lanes: 0 }));
    const again = lanes.submit('cart', 2, FAR, send);
    sent[1]?.answer();
    expect(await again).toBe('did 2');
  });

  test('does not wait for the lanes of other carts', () => {
    const lanes = createLanes();
    const { sent, send } = createServer();
    for (const [index, cart] of ['a', 'b', 'c'].entries()) void lanes.submit(cart, index, FAR, send);
    expect(sent.map(({ items }) => items)).toEqual([[0], [1], [2]]);
    expect(lanes.read().lanes).toBe(3);
  });

  test('never carries more than a message may hold', async () => {
    const lanes = createLanes({ maxPerMessage: 2 });
    const { sent, send, inFlight } = createServer();
    const results = [1, 2, 3, 4].map((item) => lanes.submit('cart', item, FAR, send));
    for (const count of [1, 2, 3]) {
      await inFlight(count);
      sent[count - 1]?.answer();
    }
    await Promise.all(results);
    expect(sent.map(({ items }) => items)).toEqual([[1], [2, 3], [4]]);
  });

  test('turns away what is too much, and goes on with the rest', async () => {
    const lanes = createLanes({ maxWaiting: 2 });
    const { sent, send, inFlight } = createServer();
    const accepted = [1, 2, 3].map((item) => lanes.submit('cart', item, FAR, send));
    await expect(lanes.submit('cart', 4, FAR, send)).rejects.toBe(overflow);
    sent[0]?.answer();
    await inFlight(2);
    sent[1]?.answer();
    expect(await Promise.all(accepted)).toEqual(['did 1', 'did 2', 'did 3']);
  });

  test('never sends an item whose deadline has passed', async () => {
    const lanes = createLanes();
    const { sent, send, inFlight } = createServer();
    const first = lanes.submit('cart', 1, FAR, send);
    const late = lanes.submit('cart', 2, Date.now() - 1, send);
    const third = lanes.submit('cart', 3, FAR, send);
    sent[0]?.answer();
    await expect(late).rejects.toBe(tooLate);
    await inFlight(2);
    expect(sent[1]?.items).toEqual([3]);
    sent[1]?.answer();
    expect(await Promise.all([first, third])).toEqual(['did 1', 'did 3']);
  });

  test('tells a fault to everybody in the message and to nobody in the next', async () => {
    const lanes = createLanes({ maxPerMessage: 2 });
    const { sent, send, inFlight } = createServer();
    const results = [1, 2, 3, 4].map((item) => lanes.submit('cart', item, FAR, send));
    const settled = Promise.allSettled(results);
    sent[0]?.answer();
    await inFlight(2);
    sent[1]?.fail(new Error('lost'));
    await inFlight(3);
    sent[2]?.answer();
    expect((await settled).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
  });

  test('takes a sender that throws at once for a fault like any other', async () => {
    const lanes = createLanes();
    const broken = () => {
      throw new Error('broken');
    };
    await expect(lanes.submit('cart', 1, FAR, broken)).rejects.toThrow('broken');
    expect(lanes.read().lanes).toBe(0);
  });
});

test('whatever arrives whenever: one message at a time, every item once, in order', async () => {
  const bursts = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 12 });
  const check = async (sizes: number[], maxPerMessage: number) => {
    const lanes = createLanes({ maxPerMessage, maxWaiting: 1_000 });
    const received: number[] = [];
    let underWay = 0;
    const send = async (items: number[]) => {
      underWay += 1;
      expect(underWay).toBe(1);
      expect(items.length).toBeLessThanOrEqual(maxPerMessage);
      await Promise.resolve();
      received.push(...items);
      underWay -= 1;
      return items.map(String);
    };
    const results: Promise<string>[] = [];
    for (const size of sizes) {
      for (let item = 0; item < size; item += 1) {
        results.push(lanes.submit('cart', results.length, FAR, send));
      }
      await Promise.resolve();
    }
    expect(await Promise.all(results)).toEqual(results.map((_, index) => String(index)));
    expect(received).toEqual(results.map((_, index) => index));
  };
  await fc.assert(fc.asyncProperty(bursts, fc.integer({ min: 1, max: 5 }), check));
});
