/**
 * Holds one cart inside its workflow: takes requests (synchronously, so that they cannot interleave), has them published, keeps what
 * the read model may have missed, and knows what is due. The main loop in cart-workflow.ts does the waiting.
 */
import { currentUpdateInfo, setCurrentDetails, uuid4, workflowInfo } from '@temporalio/workflow';
import { abandonedSince, isRowBehind } from '../cart/abandonment.ts';
import type { AnyRequest, Applied, Ledger } from '../cart/apply-request.ts';
import { type AppliedAll, applyRequests } from '../cart/apply-requests.ts';
import { changeBetween } from '../cart/change.ts';
import { expire, expiresAt, quietAt } from '../cart/deadlines.ts';
import { newCart, nextGeneration, reopen } from '../cart/new-cart.ts';
import type { AuditEntry } from '../cart/publication.ts';
import { findKey } from '../cart/remembered-keys.ts';
import { skusPricedBefore } from '../cart/reprice.ts';
import type { CartPolicy, CartState } from '../cart/state.ts';
import { refuse } from '../cart/verdict.ts';
import { toCartView } from '../cart/view.ts';
import { OUTBOX_BYTES, weightOf } from '../cart/weight.ts';
import type { UsedLink } from '../contract/abandonment.ts';
import type { CartView } from '../contract/cart-view.ts';
import type { OperationStatus, Receipt } from '../contract/operations.ts';
import type { CartInput, Carried, Merges } from './cart-input.ts';
import { currentDetails } from './current-details.ts';
import { emptyOutbox, isEmpty, joinOutboxes, type Outbox, RecentlyTold } from './outbox.ts';
import { readModel } from './read-model-sink.ts';
import type { Inspection, RewriteRow } from './messages.ts';
import { WaitingMessages } from './waiting-messages.ts';

/** Unpublished changes and finished carts up to which nobody needs to weigh the outbox. */
const LIGHT_OUTBOX = 20;

/** What became of the requests, for those who wait. */
export const receiptsOf = (applied: readonly Applied[]): Receipt[] => applied.map(({ receipt }) => receipt);

export class CartKeeper {
  readonly policy: CartPolicy;
  ledger: Ledger;
  /** What the main loop has to publish: the worker failed to, or it must not be lost. */
  outbox: Outbox;
  /** On its way to the read model. */
  sending: Outbox = emptyOutbox();
  /** Requests sent by hand, without product facts: the main loop prices them. */
  readonly unpriced: WaitingMessages;
  /** What a customer's cart takes over, and has taken over; see merge-taker.ts. */
  readonly merges: Merges;
  /** Failures in a row; while there are any, the worker is not asked to publish. */
  publishFailures = 0;
  wantsPublish = false;
  /** There was an order: the next generation goes on in a fresh run. */
  #wantsNewRun = false;
  wantsReprice = false;
  /** This run should make way for a fresh one: a long history is slow to load, and a fresh run also takes new code. */
  isRunLong = false;
  /** Somebody asked for the read model to be written anew; see messages.ts. */
  rewrite: RewriteRow | undefined;
  readonly #told = new RecentlyTold();
  #notice = '';

  constructor(input: CartInput) {
    const { policy, carried } = input;
    const birth = { owner: input.owner, ownerHash: input.ownerHash, currency: input.currency };
    this.policy = policy;
    this.ledger = carried
      ? { state: carried.state, remembered: carried.remembered }
      : { state: newCart({ ...birth, cartId: uuid4() }, Date.now()), remembered: [] };
    this.outbox = carried?.outbox ?? emptyOutbox();
    this.unpriced = new WaitingMessages(carried?.unpriced);
    this.merges = carried?.merges ?? { pending: [], done: [] };
  }

  get state(): CartState {
    return this.ledger.state;
  }

  /** An expired cart whose last words the database has not taken yet: whoever writes begins the next one. */
  get mayReopen(): boolean {
    return this.state.status === 'expired' && this.policy.reopens === true;
  }

  /** What would become of the requests. Changes nothing: validators call it, without an id for a next cart. */
  tryOut(requests: readonly AnyRequest[], nextCartId = ''): AppliedAll {
    if (this.#isOutboxFull()) return this.#refuseAll(requests);
    const { state, remembered } = this.ledger;
    const open = this.mayReopen ? reopen(state, nextCartId, Date.now()) : state;
    return applyRequests({ state: open, remembered }, requests, Date.now(), this.policy);
  }

  /** Only where something is done that the history holds: what a refused Update sees is not there when the cart is loaded again. */
  lookAtHistory(): void {
    const { historyLength, continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
    this.isRunLong =
      historyLength >= this.policy.continueAsNewAfterEvents ||
      continueAsNewSuggested ||
      targetWorkerDeploymentVersionChanged === true;
  }

  /** Applies the requests. A signal's refusals are recorded, since nobody heard them. */
  take(requests: readonly AnyRequest[], isSignal = false): Applied[] {
    this.lookAtHistory();
    const ended = this.mayReopen ? this.state : undefined;
    const { ledger, applied, hasChanged } = this.tryOut(requests, ended && uuid4());
    if (hasChanged) this.ledger = ledger;
    if (hasChanged && ended) this.outbox.finished.push(ended);
    if (hasChanged) this.#notice = '';
    const news = emptyOutbox();
    for (const { audit, record, hasChanged: isNews, receipt } of applied) {
      news.audit.push(...audit);
      if (record && (isNews || isSignal)) news.requests.push(record);
      if (isSignal && receipt.refusal) this.note(`refused: ${receipt.refusal.detail}`);
    }
    this.#tell(news);
    if (hasChanged) {
      this.wantsReprice ||= skusPricedBefore(this.state, Date.now() - this.policy.priceAgeMs).length > 0;
      this.show();
    }
    return applied;
  }

  /** Has the worker publish this before it reports the task; where the read model is behind, the main loop does it in order. */
  #tell(news: Outbox): void {
    if (isEmpty(news)) return;
    if (this.#isBehind) {
      this.outbox = joinOutboxes(this.outbox, news);
      return;
    }
    const { workflowId, historyLength } = workflowInfo();
    this.#told.add(news, historyLength);
    readModel.publish({ workflowId, state: this.state, policy: this.policy, ...news });
  }

  get #isBehind(): boolean {
    const { publishFailures, wantsPublish, rewrite, outbox, sending } = this;
    return (
      publishFailures > 0 || wantsPublish || rewrite !== undefined || !isEmpty(outbox) || !isEmpty(sending)
    );
  }

  /** The main loop publishes the present state, and everything that may be missing. */
  republish(): void {
    this.outbox = joinOutboxes(this.#told.takeAll(), this.outbox);
    this.wantsPublish = true;
  }

  /** Replaces the state by one that the cart came to by itself, or by the link of a mail. */
  become(state: CartState, kind: AuditEntry['kind'], operation: unknown, link?: UsedLink): void {
    const before = this.state;
    const { cartId } = before;
    const change = changeBetween(before, state, link);
    this.ledger = { ...this.ledger, state };
    const entry = {
      cartId,
      version: state.version,
      kind,
      operation,
      change,
      actor: 'system',
      at: Date.now(),
    };
    this.outbox.audit.push({ ...entry, requestId: workflowInfo().runId });
    this.show();
  }

  /** Replaces the state where nothing that anybody sees has changed. */
  turn(state: CartState): void {
    this.ledger = { ...this.ledger, state };
    this.show();
  }

  /** What became of a signal, for `GET /cart/operations/{key}`; a refusal also for the operator. */
  noteOutcome(
    { key, fingerprint, requestId }: Omit<AnyRequest, 'atomic' | 'operations'>,
    { version, outcomes, refusal }: Pick<Receipt, 'version' | 'outcomes' | 'refusal'>,
  ): void {
    const record = { key, fingerprint, requestId, version, outcomes, at: Date.now() };
    this.outbox.requests.push({ ...record, ...(refusal ? { refusal } : {}) });
    if (refusal) this.note(`refused: ${refusal.detail}`);
  }

  /** Epoch ms at which the cart ends by itself; undefined while something is under way. */
  get expiry(): number | undefined {
    return this.merges.pending.length > 0 ? undefined : expiresAt(this.state, this.policy);
  }

  expireIfDue(): void {
    const due = this.expiry;
    if (due === undefined || due > Date.now() || this.unpriced.areThere) return;
    this.become(expire(this.state, Date.now()), 'expire', {});
  }

  /** Closed for good: it says its last words and ends. */
  get isOver(): boolean {
    return this.state.status === 'expired' || this.state.status === 'merged';
  }

  /** Ends this generation after an order; the workflow goes on as a fresh, empty cart. */
  complete(orderId: string): void {
    const isUnderWay = this.state.status === 'checkout' && !this.state.checkout?.end;
    if (this.isOver || isUnderWay || this.state.surrender || this.state.lines.length === 0) return;
    const { finished, next } = nextGeneration(this.state, uuid4(), Date.now());
    this.outbox.finished.push(finished);
    this.become(next, 'complete', { orderId });
    this.#wantsNewRun = true;
  }

  /** Epoch ms at which a fresh run is to begin because of an order; undefined while none is wanted. */
  get newRunAt(): number | undefined {
    if (!this.#wantsNewRun) return undefined;
    // Carts of before: at once, whatever comes in meanwhile.
    return this.policy.freshRunWhenQuiet ? quietAt(this.state, this.policy) : 0;
  }

  /** A line for the operator who sent a message that did not do what it should. It stays until the next change. */
  note(text: string): void {
    this.#notice = text;
    this.show();
  }

  show(): void {
    const notice = this.#notice === '' ? '' : `\n\nLast message ${this.#notice}`;
    const { pending } = this.merges;
    const asked = pending.length === 0 ? '' : `\n\nWaits for ${pending.length} guest cart to merge`;
    setCurrentDetails(currentDetails(this.state) + asked + notice);
  }

  view(): CartView {
    const abandonedAt = abandonedSince(this.state);
    const view = toCartView(this.state, this.policy);
    return abandonedAt === undefined ? view : { ...view, abandonedAt: new Date(abandonedAt).toISOString() };
  }

  /** The same, over a row that is known to be wrong. */
  rewriteRow(observed: string | undefined): void {
    this.republish();
    this.rewrite = observed === undefined ? {} : { observed };
  }

  inspect(): Inspection {
    const { policy, publishFailures, unpriced } = this;
    const { state, remembered } = this.ledger;
    const unpublished = this.outbox.audit.length + this.sending.audit.length;
    const isPublishing = this.#isBehind || isRowBehind(state);
    const counts = {
      unpublished,
      isPublishing,
      waiting: unpriced.requests.length,
      rememberedKeys: remembered.length,
    };
    return { state, policy, publishFailures, ...counts };
  }

  /** Requests that are not decided yet. */
  get #waiting(): { key: string }[] {
    const merging = this.merges.pending.flatMap(({ envelope, signals }) => [envelope, ...signals]);
    return [...this.unpriced.requests, ...merging];
  }

  statusOf(key: string): OperationStatus | undefined {
    const known = findKey(this.ledger.remembered, key);
    if (known) return { status: 'applied', version: known.version };
    if (this.#waiting.some((request) => request.key === key)) return { status: 'pending' };
    const records = [this.#told.all, this.sending, this.outbox].flatMap(({ requests }) => requests);
    const record = records.findLast((request) => request.key === key);
    return record?.refusal && { status: 'refused', refusal: record.refusal };
  }

  carry(): Carried {
    const { state, remembered } = this.ledger;
    const { outbox, merges } = this;
    const unpriced = this.unpriced.requests;
    const hasMerges = merges.pending.length + merges.done.length > 0;
    return { state, remembered, outbox, unpriced, ...(hasMerges ? { merges } : {}) };
  }

  /** A key for a message sent by hand: its update id, or a fresh one. */
  handKey(): string {
    return `by-hand:${currentUpdateInfo()?.id ?? uuid4()}`;
  }

  /** Whether something this heavy may wait for the read model as well. */
  hasRoomFor(value: unknown): boolean {
    return isEmpty(this.outbox) || weightOf(this.outbox) + weightOf(value) <= OUTBOX_BYTES;
  }

  #isOutboxFull(): boolean {
    const { audit, requests, finished } = this.outbox;
    const count = audit.length + requests.length + finished.length;
    return (count > LIGHT_OUTBOX || finished.length > 0) && weightOf(this.outbox) > OUTBOX_BYTES;
  }

  #refuseAll(requests: readonly AnyRequest[]): AppliedAll {
    const { refusal } = refuse('overloaded', 'The cart cannot take changes until the database is back.');
    const applied = requests.map(({ key, attempt }) => ({
      ledger: this.ledger,
      receipt: { key, attempt, version: this.state.version, outcomes: [], refusal },
      hasChanged: false,
      audit: [],
    }));
    return { ledger: this.ledger, applied, hasChanged: false };
  }
}
