/** Scenarios of adding items. */
import { add, addApart, refused, remove, type Scenario } from '../steps.ts';

export const ADDING: Scenario[] = [
  {
    title: 'the first add makes the cart',
    when: [add('T-A', 2)],
    expect: { lines: ['l1: 2 × T-A'], version: 1, subtotal: 3_998, unitPrices: { l1: 1_999 }, warnings: [] },
  },
  {
    title: 'an equal add raises the quantity of its line',
    given: [add('T-A', 2)],
    when: [add('T-A', 3)],
    expect: { lines: ['l1: 5 × T-A'], version: 2, subtotal: 9_995 },
  },
  {
    title: 'different SKUs stand on lines of their own, in the order in which they came',
    when: [add('T-B'), add('T-A'), add('T-C', 4)],
    expect: { lines: ['l1: 1 × T-B', 'l2: 1 × T-A', 'l3: 4 × T-C'], version: 3, subtotal: 16_990 },
  },
  {
    title: 'a separate line stays apart from an equal one',
    given: [add('T-A')],
    when: [addApart('T-A', 2)],
    expect: { lines: ['l1: 1 × T-A', 'l2: 2 × T-A'], version: 2 },
  },
  {
    title: 'two separate lines stay apart from each other',
    when: [addApart('T-A'), addApart('T-A')],
    expect: { lines: ['l1: 1 × T-A', 'l2: 1 × T-A'], version: 2 },
  },
  {
    title: 'a plain add never joins a separate line',
    given: [addApart('T-A', 2)],
    when: [add('T-A'), add('T-A')],
    expect: { lines: ['l1: 2 × T-A', 'l2: 2 × T-A'], version: 3 },
  },
  {
    title: 'an item that comes back after its removal gets a new line id',
    given: [add('T-A', 2), remove('l1')],
    when: [add('T-A')],
    expect: { lines: ['l2: 1 × T-A'], version: 3 },
  },
  {
    title: 'attributes of equal adds come together, the later one wins',
    given: [add('T-A', 1, { attributes: { gift: 'yes', campaign: 'spring' } })],
    when: [add('T-A', 1, { attributes: { campaign: 'autumn' } })],
    expect: {
      lines: ['l1: 2 × T-A'],
      version: 2,
      attributes: { l1: { gift: 'yes', campaign: 'autumn' } },
    },
  },
  {
    title: 'a SKU that nobody knows is refused',
    given: [add('T-A')],
    when: [add('T-UNKNOWN')],
    expect: { answers: [refused('sku_unknown')], lines: ['l1: 1 × T-A'], version: 1 },
  },
  {
    title: 'a SKU that is no longer sold is refused',
    given: [add('T-A')],
    when: [add('T-OFF')],
    expect: { answers: [refused('sku_unavailable')], lines: ['l1: 1 × T-A'], version: 1 },
  },
  {
    title: 'large prices times large quantities are exact',
    when: [add('T-MAX', 999), add('T-A')],
    expect: { lines: ['l1: 999 × T-MAX', 'l2: 1 × T-A'], version: 2, subtotal: 99_900_001_000 },
  },
];
