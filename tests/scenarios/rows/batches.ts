/** Scenarios of several operations in one request. */
import {
  accepted,
  add,
  addApart,
  allOrNone,
  clear,
  eachForItself,
  outcomes,
  refused,
  remove,
  type Scenario,
  setQuantity,
} from '../steps.ts';

export const BATCHES: Scenario[] = [
  {
    title: 'every operation of a batch counts as one change',
    when: [allOrNone(add('T-A', 2), add('T-B'), add('T-C'))],
    expect: {
      answers: [outcomes('ok', 'ok', 'ok')],
      lines: ['l1: 2 × T-A', 'l2: 1 × T-B', 'l3: 1 × T-C'],
      version: 3,
    },
  },
  {
    title: 'an operation sees what the one before it did',
    when: [allOrNone(add('T-A', 2), setQuantity('l1', 5), add('T-A'), addApart('T-A'), remove('l2'))],
    expect: { lines: ['l1: 6 × T-A'], version: 5 },
  },
  {
    title: 'all or none: one refusal stops them all, and is named with its place',
    given: [add('T-A')],
    when: [allOrNone(add('T-B'), add('T-ONE', 2), add('T-C'))],
    expect: {
      answers: [refused('out_of_stock', { available: 1, at: 1 })],
      lines: ['l1: 1 × T-A'],
      version: 1,
    },
  },
  {
    title: 'all or none: numbers of lines that never came to be are given again',
    given: [add('T-A')],
    when: [allOrNone(add('T-B'), add('T-ONE', 2)), add('T-C')],
    expect: {
      answers: [refused('out_of_stock'), accepted],
      lines: ['l1: 1 × T-A', 'l2: 1 × T-C'],
      version: 2,
    },
  },
  {
    title: 'each for itself: the others go on',
    given: [add('T-A')],
    when: [eachForItself(add('T-B'), add('T-ONE', 2), remove('l9'), setQuantity('l1', 4))],
    expect: {
      answers: [outcomes('ok', 'out_of_stock', 'line_not_found', 'ok')],
      lines: ['l1: 4 × T-A', 'l2: 1 × T-B'],
      version: 3,
    },
  },
  {
    title: 'each for itself: unknown and discontinued products are refused alone',
    when: [eachForItself(add('T-UNKNOWN'), add('T-A'), add('T-OFF'))],
    expect: {
      answers: [outcomes('sku_unknown', 'ok', 'sku_unavailable')],
      lines: ['l1: 1 × T-A'],
      version: 1,
    },
  },
  {
    title: 'each for itself: where all are refused nothing changes',
    given: [add('T-A')],
    when: [eachForItself(remove('l8'), remove('l9'))],
    expect: {
      answers: [outcomes('line_not_found', 'line_not_found')],
      lines: ['l1: 1 × T-A'],
      version: 1,
    },
  },
  {
    title: 'a cart can be replaced in one request',
    given: [add('T-A', 5), add('T-B')],
    when: [allOrNone(clear(), add('T-C', 2))],
    expect: { lines: ['l3: 2 × T-C'], version: 4, subtotal: 4_998 },
  },
];
