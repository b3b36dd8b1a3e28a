/** Scenarios at the edges: what is in stock, how much a line holds, how many lines a cart has. */
import {
  add,
  addApart,
  addCustom,
  addNumbered,
  allOrNone,
  refused,
  remove,
  type Scenario,
  setQuantity,
  update,
} from '../steps.ts';

const numberedLines = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `l${index + 1}: 1 × T-${String(index + 1).padStart(3, '0')}`);

export const STOCK_AND_LIMITS: Scenario[] = [
  {
    title: 'the last one can be had',
    when: [add('T-ONE')],
    expect: { lines: ['l1: 1 × T-ONE'], version: 1, maxQuantities: { l1: 1 }, warnings: [] },
  },
  {
    title: 'more than there is is refused, and the refusal says how many there are',
    given: [add('T-A')],
    when: [add('T-TEN', 11)],
    expect: {
      answers: [refused('out_of_stock', { available: 10 })],
      lines: ['l1: 1 × T-A'],
      version: 1,
    },
  },
  {
    title: 'units already in the cart count against the stock',
    given: [add('T-ONE')],
    when: [add('T-ONE')],
    expect: {
      answers: [refused('out_of_stock', { available: 1 })],
      lines: ['l1: 1 × T-ONE'],
      version: 1,
    },
  },
  {
    title: 'several lines of one SKU share its stock',
    given: [addApart('T-TEN', 6)],
    when: [add('T-TEN', 5)],
    expect: {
      answers: [refused('out_of_stock', { available: 10 })],
      lines: ['l1: 6 × T-TEN'],
      version: 1,
    },
  },
  {
    title: 'several lines of one SKU may use up its stock',
    given: [addApart('T-TEN', 6)],
    when: [add('T-TEN', 4)],
    expect: {
      lines: ['l1: 6 × T-TEN', 'l2: 4 × T-TEN'],
      version: 2,
      maxQuantities: { l1: 6, l2: 4 },
      warnings: [],
    },
  },
  {
    title: 'a quantity cannot be set beyond the stock',
    given: [add('T-TEN', 10)],
    when: [setQuantity('l1', 11)],
    expect: {
      answers: [refused('out_of_stock', { available: 10 })],
      lines: ['l1: 10 × T-TEN'],
      version: 1,
    },
  },
  {
    title: 'units that leave the cart can be had again',
    given: [addApart('T-TEN', 6), add('T-TEN', 4), remove('l1')],
    when: [add('T-TEN', 6)],
    expect: { lines: ['l2: 10 × T-TEN'], version: 4 },
  },
  {
    title: 'the operations of one batch share the stock',
    when: [add('T-A'), allOrNone(add('T-TEN', 6), addApart('T-TEN', 6))],
    expect: {
      answers: [{ is: 'accepted' }, refused('out_of_stock', { available: 10, at: 1 })],
      lines: ['l1: 1 × T-A'],
      version: 1,
    },
  },
  {
    title: 'a line holds 999 units',
    given: [add('T-A', 600)],
    when: [add('T-A', 399)],
    expect: { lines: ['l1: 999 × T-A'], version: 2, maxQuantities: { l1: 999 } },
  },
  {
    title: 'the thousandth unit is refused, and the refusal says how many still fit',
    given: [add('T-A', 600)],
    when: [add('T-A', 400)],
    expect: {
      answers: [refused('quantity_limit', { available: 399 })],
      lines: ['l1: 600 × T-A'],
      version: 1,
    },
  },
  {
    title: 'a separate line holds another 999 units',
    given: [add('T-A', 999)],
    when: [addApart('T-A', 999)],
    expect: { lines: ['l1: 999 × T-A', 'l2: 999 × T-A'], version: 2 },
  },
  {
    title: 'two lines that would hold too much together stay apart',
    given: [addCustom({}, 600), addCustom({ material: 'linen' }, 600)],
    when: [update('l2', { options: { width: 120, height: 80 } })],
    expect: {
      answers: [refused('quantity_limit')],
      lines: ['l1: 600 × T-CUSTOM', 'l2: 600 × T-CUSTOM'],
      version: 2,
    },
  },
  {
    title: 'a cart holds 100 lines',
    when: addNumbered(100),
    expect: { lines: numberedLines(100), version: 100, subtotal: 105_050 },
  },
  {
    title: 'the next line is refused',
    given: addNumbered(100),
    when: [add('T-101')],
    expect: { answers: [refused('line_limit')], lines: numberedLines(100), version: 100 },
  },
  {
    title: 'a full cart still takes units of what it has',
    given: addNumbered(100),
    when: [add('T-100', 2)],
    expect: { lines: [...numberedLines(99), 'l100: 3 × T-100'], version: 101 },
  },
];
