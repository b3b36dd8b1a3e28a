/**
 * What Temporal's index knows of a cart. Each upsert costs a database write, so the search attributes follow once the cart has been quiet
 * for a while.
 */
import { upsertSearchAttributes } from '@temporalio/workflow';
import { abandonedSince } from '../cart/abandonment.ts';
import { quietAt } from '../cart/deadlines.ts';
import type { CartKeeper } from './cart-keeper.ts';
import { ABANDONED_AT, searchAttributesOf } from './search-attributes.ts';

export class CartIndex {
  readonly #keeper: CartKeeper;
  #version: number;
  #abandonedAt: number | undefined;

  /** Continue-as-new carries fresh attributes along; a new cart is indexed at its start. */
  constructor(keeper: CartKeeper) {
    this.#keeper = keeper;
    this.#version = keeper.state.version;
    this.#abandonedAt = abandonedSince(keeper.state);
  }

  /** Epoch ms at which it is to be written; undefined while it is up to date. */
  get dueAt(): number | undefined {
    const { state, policy } = this.#keeper;
    if (this.#version === state.version && this.#abandonedAt === abandonedSince(state)) return undefined;
    return quietAt(state, policy);
  }

  writeWhenQuiet(): void {
    const { dueAt } = this;
    if (dueAt !== undefined && dueAt <= Date.now()) this.write();
  }

  write(): void {
    const { state } = this.#keeper;
    const wasAbandoned = this.#abandonedAt !== undefined;
    this.#version = state.version;
    this.#abandonedAt = abandonedSince(state);
    const attributes = searchAttributesOf(state);
    const isBack = wasAbandoned && this.#abandonedAt === undefined;
    upsertSearchAttributes(isBack ? [...attributes, { key: ABANDONED_AT, value: null }] : attributes);
  }
}
