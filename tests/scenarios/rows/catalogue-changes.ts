/** Scenarios in which the shop changes the catalogue while something of it is in the cart. */
import { add, clear, refused, remove, type Scenario, setQuantity, theShopSets } from '../steps.ts';

export const CATALOGUE_CHANGES: Scenario[] = [
  {
    title: 'a price that moves under a line is taken with the next add, and said',
    given: [add('T-A', 2), theShopSets('T-A', { price: 2_500 })],
    when: [add('T-A')],
    expect: {
      lines: ['l1: 3 × T-A'],
      version: 2,
      unitPrices: { l1: 2_500 },
      subtotal: 7_500,
      warnings: ['price_moved'],
    },
  },
  {
    title: 'a shopper who changes the quantity agrees to the new price',
    given: [add('T-A', 2), theShopSets('T-A', { price: 1_500 })],
    when: [setQuantity('l1', 4)],
    expect: { lines: ['l1: 4 × T-A'], version: 2, unitPrices: { l1: 1_500 }, warnings: [] },
  },
  {
    title: 'nothing can be added of what is no longer sold',
    given: [add('T-A', 2), theShopSets('T-A', { active: false })],
    when: [add('T-A')],
    expect: { answers: [refused('sku_unavailable')], lines: ['l1: 2 × T-A'], version: 1 },
  },
  {
    title: 'what is no longer sold keeps its quantity until it is removed',
    given: [add('T-A', 2), add('T-B'), theShopSets('T-A', { active: false })],
    when: [setQuantity('l1', 3), remove('l1')],
    expect: {
      answers: [refused('sku_unavailable'), { is: 'accepted' }],
      lines: ['l2: 1 × T-B'],
      version: 3,
    },
  },
  {
    title: 'stock that shrinks under a line stops more of it and lets less of it through',
    given: [add('T-TEN', 8), theShopSets('T-TEN', { stock: 3 })],
    when: [add('T-TEN'), setQuantity('l1', 3)],
    expect: {
      answers: [refused('out_of_stock', { available: 3 }), { is: 'accepted' }],
      lines: ['l1: 3 × T-TEN'],
      version: 2,
      warnings: [],
    },
  },
  {
    title: 'stock that runs out does not stop a clear',
    given: [add('T-TEN', 8), theShopSets('T-TEN', { stock: 0 })],
    when: [clear()],
    expect: { lines: [], version: 2, warnings: [] },
  },
];
