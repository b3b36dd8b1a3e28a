/** Cart states and publications with sensible contents, for tests that are about what becomes of them. */
import type { AuditEntry, Publication, RequestRecord } from '../../cart/publication.ts';
import type { CartLine, CartState } from '../../cart/state.ts';
import { TEST_POLICY } from './policy.ts';

const BORN_AT = Date.UTC(2026, 10, 1);

export const aLine = (line: Partial<CartLine> = {}): CartLine => ({
  id: 'l1',
  sku: 'T-A',
  productId: 't-a',
  title: 'Test product A',
  options: {},
  attributes: {},
  quantity: 1,
  unitPrice: 1_999,
  taxClass: 'standard',
  isActive: true,
  stock: 1_000_000,
  revision: 1,
  pricedAt: BORN_AT,
  addedAt: BORN_AT,
  ...line,
});

export const aState = (state: Partial<CartState> = {}): CartState => ({
  cartId: 'cart-1',
  bornAt: BORN_AT,
  generation: 1,
  owner: 'guest',
  ownerHash: 'hash',
  status: 'active',
  version: 1,
  currency: 'EUR',
  lines: [],
  nextLine: 1,
  createdAt: BORN_AT,
  updatedAt: BORN_AT,
  ...state,
});

export const anAuditEntry = (entry: Partial<AuditEntry> = {}): AuditEntry => ({
  cartId: 'cart-1',
  version: 1,
  kind: 'addItem',
  operation: { type: 'addItem', sku: 'T-A', quantity: 1 },
  actor: 'guest hash',
  key: 'key',
  requestId: 'request',
  at: BORN_AT,
  ...entry,
});

export const aRequest = (request: Partial<RequestRecord> = {}): RequestRecord => ({
  key: 'key',
  fingerprint: 'fingerprint',
  requestId: 'request',
  version: 1,
  outcomes: [{ ok: true, lineId: 'l1' }],
  at: BORN_AT,
  ...request,
});

/** The state's own change in the trail, nothing else, unless it is given. */
export const aPublication = (state: CartState, rest: Partial<Publication> = {}): Publication => ({
  workflowId: 'cart:g:test',
  state,
  finished: [],
  audit: [anAuditEntry({ cartId: state.cartId, version: state.version })],
  requests: [],
  policy: TEST_POLICY,
  ...rest,
});
