/** Messages sent by hand carry no product facts: they wait for the catalogue, and with them whoever asked for a receipt. */
import type { CartRequest, Receipt } from '../contract/operations.ts';
import { weightOf } from '../cart/weight.ts';

/** Bytes of them that may wait. */
const WAITING_BYTES = 200_000;

export class WaitingMessages {
  #requests: CartRequest[];
  /** Updates among them. */
  readonly #awaited = new Map<string, Receipt | undefined>();

  constructor(carried: CartRequest[] = []) {
    this.#requests = carried;
  }

  /** Oldest first. They cross continue-as-new. */
  get requests(): CartRequest[] {
    return this.#requests;
  }

  get areThere(): boolean {
    return this.#requests.length > 0;
  }

  /** Puts one in line for the main loop. False: too much waits already. */
  queue(request: CartRequest): boolean {
    const waiting = [...this.#requests, request];
    if (weightOf(waiting) > WAITING_BYTES) return false;
    this.#requests = waiting;
    return true;
  }

  /** The same, for a sender who waits: `takeReceipt` has the receipt once the loop has settled it. */
  queueAwaited(request: CartRequest): boolean {
    this.#awaited.set(request.key, undefined);
    return this.queue(request);
  }

  /** Takes them out of the line, before they are applied: whatever a message may bring about, it is not tried for ever. */
  take(requests: readonly CartRequest[]): CartRequest[] {
    const taken = requests.filter((request) => this.#requests.includes(request));
    this.#requests = this.#requests.filter((request) => !taken.includes(request));
    return taken;
  }

  settle(key: string, receipt: Receipt | undefined): void {
    if (this.#awaited.has(key)) this.#awaited.set(key, receipt);
  }

  isSettled(key: string): boolean {
    return this.#awaited.get(key) !== undefined;
  }

  /** The receipt, once. Undefined where there is none yet: the request is withdrawn. */
  takeReceipt(key: string): Receipt | undefined {
    const receipt = this.#awaited.get(key);
    this.#awaited.delete(key);
    if (receipt === undefined) this.#requests = this.#requests.filter((request) => request.key !== key);
    return receipt;
  }
}
