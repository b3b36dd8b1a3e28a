/** What reconcile makes of a row and its cart, without a database and without Temporal. */
import { describe, expect, test } from 'vitest';
import {
  type CartFacts,
  type IndexGlance,
  isSuspect,
  judgeRow,
  type ProjectedCart,
  type RowGlance,
} from '../../cart/compare-projection.ts';

const VIEW = { version: 3, total: 500, lines: [{ id: 'l1', quantity: 5 }], requirements: [] };
const row: ProjectedCart = {
  bornAt: 1_000,
  updatedAt: 2_000,
  version: 3,
  status: 'active',
  ownerHash: 'owner',
  total: 500,
  lineIds: ['l1'],
  view: VIEW,
};
const open = (change: Partial<ProjectedCart> = {}, isPublishing = false): CartFacts => ({
  life: 'open',
  projected: { ...row, ...change },
  isPublishing,
});
const over: CartFacts = { life: 'over' };

describe('a row and the cart that it shows', () => {
  test('agree, whatever the order of their members', () => {
    const view = Object.fromEntries(Object.entries(VIEW).reverse());
    expect(judgeRow(row, open({ view }), false)).toEqual({ kind: 'sound', fields: [] });
  });

  test.each<[string, Partial<ProjectedCart>, string[]]>([
    ['a total', { total: 501 }, ['total']],
    ['a line', { lineIds: ['l1', 'l2'] }, ['lineIds']],
    ['the owner', { ownerHash: 'other' }, ['ownerHash']],
    ['the status', { status: 'expired' }, ['status']],
    ['something deep in the view', { view: { ...VIEW, lines: [{ id: 'l1', quantity: 6 }] } }, ['view.lines']],
    ['a view that is none', { view: 'nonsense' }, ['view']],
    ['a version that the cart never had', { version: 4, updatedAt: 2_500 }, ['updatedAt', 'version']],
    ['another birth', { bornAt: 9_000 }, ['bornAt']],
  ])('diverge in %s', (_what, change, fields) => {
    expect(judgeRow({ ...row, ...change }, open(), false)).toEqual({ kind: 'divergent', fields });
  });

  test.each<[string, Partial<ProjectedCart>]>([
    ['version', { version: 4, updatedAt: 2_001 }],
    ['version of the same moment', { version: 4 }],
    ['life', { bornAt: 1_900, version: 1, updatedAt: 1_901 }],
  ])('the row is stale when the cart has a later %s', (_what, change) => {
    expect(judgeRow(row, open(change), false).kind).toBe('stale');
  });

  test('the row is outdated when only one of them has a member, at any depth', () => {
    const { requirements: _absent, ...former } = VIEW;
    expect(judgeRow({ ...row, view: former }, open(), false).kind).toBe('outdated');
    const lines = [{ id: 'l1', quantity: 5, note: '' }];
    expect(judgeRow(row, open({ view: { ...VIEW, lines } }), false).kind).toBe('outdated');
    expect(judgeRow({ ...row, view: former, total: 1 }, open(), false).kind).toBe('divergent');
  });

  test('the row is missing unless the cart has had no change', () => {
    expect(judgeRow(undefined, open(), false).kind).toBe('missing');
    expect(judgeRow(undefined, open({ version: 0 }), false).kind).toBe('sound');
  });

  test('lag while the cart publishes', () => {
    expect(judgeRow(undefined, open({}, true), false).kind).toBe('lagging');
    expect(judgeRow(row, open({ version: 4, updatedAt: 3_000 }, true), false).kind).toBe('lagging');
    expect(judgeRow(row, open({}, true), false).kind).toBe('sound');
  });
});

describe('a row without a cart', () => {
  test('is an orphan while it is open', () => {
    expect(judgeRow(row, over, false).kind).toBe('orphaned');
    expect(judgeRow({ ...row, status: 'checkout' }, over, false).kind).toBe('orphaned');
    expect(judgeRow({ ...row, status: 'merged' }, over, false).kind).toBe('sound');
    expect(judgeRow(undefined, over, false).kind).toBe('sound');
  });

  test("is a duplicate beside another row of the same owner; so is a row that took another's owner", () => {
    expect(judgeRow(row, over, true).kind).toBe('duplicate');
    expect(judgeRow({ ...row, ownerHash: 'other' }, open(), true).kind).toBe('duplicate');
    expect(judgeRow(row, open(), true).kind).toBe('sound');
  });
});

describe('a glance at the index', () => {
  const NOW = 1_000_000;
  const glance: RowGlance = { updatedAt: 900_000, lines: 2, status: 'active', ownerHash: 'owner' };
  const index: IndexGlance = { lastActivity: 900_000, itemCount: 2, status: 'active', owner: 'owner' };
  const suspect = (change: Partial<IndexGlance>, rowChange: Partial<RowGlance> = {}, after = 50_000) =>
    isSuspect({ ...glance, ...rowChange }, { ...index, ...change }, NOW, after);

  test('is enough where both agree', () => {
    expect(suspect({})).toBe(false);
  });

  test('is enough while the index may still follow', () => {
    expect(suspect({ lastActivity: 800_000, itemCount: 0 }, {}, 200_000)).toBe(false);
    expect(suspect({ lastActivity: 800_000 }, {}, 50_000)).toBe(true);
  });

  test('raises a suspicion where they cannot both be right', () => {
    expect(isSuspect(glance, undefined, NOW, 50_000)).toBe(true);
    expect(suspect({ itemCount: 3 })).toBe(true);
    expect(suspect({ status: 'expired' })).toBe(true);
    expect(suspect({ owner: 'other' })).toBe(true);
    expect(suspect({ lastActivity: 900_001 })).toBe(true);
    expect(suspect({}, { updatedAt: NOW + 1 })).toBe(true);
  });
});
