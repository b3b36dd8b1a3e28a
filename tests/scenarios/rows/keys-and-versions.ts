/** Scenarios of retries (the same key again) and of preconditions (If-Match). */
import {
  accepted,
  add,
  addCustom,
  allOrNone,
  clear,
  ifMatch,
  refused,
  remove,
  replayed,
  type Scenario,
  setQuantity,
  withKey,
} from '../steps.ts';

const mixed = allOrNone(add('T-A'), add('T-B'));

export const KEYS_AND_VERSIONS: Scenario[] = [
  {
    title: 'the same request with the same key is applied once',
    when: [withKey('k', add('T-A', 2)), withKey('k', add('T-A', 2)), withKey('k', add('T-A', 2))],
    expect: { answers: [accepted, replayed, replayed], lines: ['l1: 2 × T-A'], version: 1 },
  },
  {
    title: 'the same request with another key is applied again',
    when: [withKey('k1', add('T-A', 2)), withKey('k2', add('T-A', 2))],
    expect: { answers: [accepted, accepted], lines: ['l1: 4 × T-A'], version: 2 },
  },
  {
    title: 'a retry may write its options in another order',
    when: [
      withKey('k', add('T-CUSTOM', 1, { options: { width: 120, height: 80 } })),
      withKey('k', add('T-CUSTOM', 1, { options: { height: 80, width: 120 } })),
    ],
    expect: { answers: [accepted, replayed], lines: ['l1: 1 × T-CUSTOM'], version: 1 },
  },
  {
    title: 'another request with a key that was used is refused',
    when: [withKey('k', add('T-A', 2)), withKey('k', add('T-A', 3)), withKey('k', clear())],
    expect: {
      answers: [accepted, refused('idempotency_key_reused'), refused('idempotency_key_reused')],
      lines: ['l1: 2 × T-A'],
      version: 1,
    },
  },
  {
    title: 'a retry after a clear does not fill the cart again',
    given: [withKey('k', add('T-A', 2)), clear()],
    when: [withKey('k', add('T-A', 2))],
    expect: { answers: [replayed], lines: [], version: 2 },
  },
  {
    title: 'a removal can be retried, though its line is gone',
    given: [add('T-A'), add('T-B')],
    when: [withKey('k', remove('l1')), withKey('k', remove('l1'))],
    expect: { answers: [accepted, replayed], lines: ['l2: 1 × T-B'], version: 3 },
  },
  {
    title: 'a batch is applied once for its key',
    when: [withKey('k', mixed), withKey('k', mixed)],
    expect: { answers: [accepted, replayed], lines: ['l1: 1 × T-A', 'l2: 1 × T-B'], version: 2 },
  },
  {
    title: 'a refusal is not remembered: the same key succeeds once it can',
    given: [add('T-TEN', 10)],
    when: [withKey('k', add('T-TEN')), setQuantity('l1', 5), withKey('k', add('T-TEN'))],
    expect: { answers: [refused('out_of_stock'), accepted, accepted], lines: ['l1: 6 × T-TEN'], version: 3 },
  },
  {
    title: 'a change passes where the cart is as the caller saw it',
    given: [add('T-A')],
    when: [ifMatch(1, setQuantity('l1', 2)), ifMatch(2, add('T-B'))],
    expect: { lines: ['l1: 2 × T-A', 'l2: 1 × T-B'], version: 3 },
  },
  {
    title: 'a change is refused where the cart has moved on, and the refusal says to which version',
    given: [add('T-A'), add('T-A')],
    when: [ifMatch(1, setQuantity('l1', 9))],
    expect: {
      answers: [refused('version_conflict', { currentVersion: 2 })],
      lines: ['l1: 2 × T-A'],
      version: 2,
    },
  },
  {
    title: 'a version from the future is refused as well',
    given: [add('T-A')],
    when: [ifMatch(7, clear())],
    expect: {
      answers: [refused('version_conflict', { currentVersion: 1 })],
      lines: ['l1: 1 × T-A'],
      version: 1,
    },
  },
  {
    title: 'a retry is known by its key before its precondition is looked at',
    given: [add('T-A')],
    when: [withKey('k', ifMatch(1, add('T-B'))), withKey('k', ifMatch(1, add('T-B')))],
    expect: { answers: [accepted, replayed], lines: ['l1: 1 × T-A', 'l2: 1 × T-B'], version: 2 },
  },
  {
    title: 'the precondition is looked at before the rules',
    given: [addCustom()],
    when: [ifMatch(5, remove('l9'))],
    expect: { answers: [refused('version_conflict')], lines: ['l1: 1 × T-CUSTOM'], version: 1 },
  },
];
