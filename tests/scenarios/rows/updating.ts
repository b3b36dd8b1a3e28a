/** Scenarios of changing what stands on a line. */
import { add, addApart, addCustom, refused, remove, type Scenario, setQuantity, update } from '../steps.ts';

const SIZE = { width: 120, height: 80 };

export const UPDATING: Scenario[] = [
  {
    title: 'a quantity is set, not added',
    given: [add('T-A', 2)],
    when: [setQuantity('l1', 7)],
    expect: { lines: ['l1: 7 × T-A'], version: 2, subtotal: 13_993 },
  },
  {
    title: 'setting the quantity that it has counts as a change',
    given: [add('T-A', 2)],
    when: [setQuantity('l1', 2)],
    expect: { lines: ['l1: 2 × T-A'], version: 2 },
  },
  {
    title: 'quantity 0 removes the line',
    given: [add('T-A', 2), add('T-B')],
    when: [setQuantity('l1', 0)],
    expect: { lines: ['l2: 1 × T-B'], version: 3, subtotal: 4_995 },
  },
  {
    title: 'a line that is not there cannot be updated',
    given: [add('T-A')],
    when: [setQuantity('l9', 2)],
    expect: { answers: [refused('line_not_found')], lines: ['l1: 1 × T-A'], version: 1 },
  },
  {
    title: 'the id of a removed line finds nothing, even after the item came back',
    given: [add('T-A'), remove('l1'), add('T-A')],
    when: [setQuantity('l1', 5)],
    expect: { answers: [refused('line_not_found')], lines: ['l2: 1 × T-A'], version: 3 },
  },
  {
    title: 'new options change the price of the line and keep its id',
    given: [addCustom({ material: 'cotton' }, 2)],
    when: [update('l1', { options: { ...SIZE, material: 'canvas' } })],
    expect: {
      lines: ['l1: 2 × T-CUSTOM'],
      version: 2,
      options: { l1: { material: 'canvas' } },
      unitPrices: { l1: 9_580 },
      subtotal: 19_160,
    },
  },
  {
    title: 'new options replace all old ones',
    given: [addCustom({ engraving: 'For Ada' })],
    when: [update('l1', { options: { width: 100, height: 100 } })],
    expect: { lines: ['l1: 1 × T-CUSTOM'], version: 2, unitPrices: { l1: 9_000 } },
  },
  {
    title: 'options and quantity change together',
    given: [addCustom()],
    when: [update('l1', { quantity: 3, options: { ...SIZE, material: 'linen' } })],
    expect: { lines: ['l1: 3 × T-CUSTOM'], version: 2, unitPrices: { l1: 9_180 } },
  },
  {
    title: 'options that make a line equal to another bring the two together',
    given: [addCustom({ material: 'cotton' }, 2), addCustom({ material: 'linen' }, 3)],
    when: [update('l2', { options: { ...SIZE, material: 'cotton' } })],
    expect: { lines: ['l2: 5 × T-CUSTOM'], version: 3, unitPrices: { l2: 8_680 } },
  },
  {
    title: 'lines that come together keep the notes of both',
    given: [
      add('T-CUSTOM', 1, { options: SIZE, attributes: { gift: 'yes', note: 'old' } }),
      add('T-CUSTOM', 1, { options: { ...SIZE, material: 'linen' }, attributes: { note: 'new' } }),
    ],
    when: [update('l2', { options: SIZE })],
    expect: { lines: ['l2: 2 × T-CUSTOM'], version: 3, attributes: { l2: { gift: 'yes', note: 'new' } } },
  },
  {
    title: 'a separate line stays apart, whatever its options become',
    given: [
      addCustom({ material: 'cotton' }),
      add('T-CUSTOM', 1, { options: { ...SIZE, material: 'linen' }, separateLine: true }),
    ],
    when: [update('l2', { options: SIZE })],
    expect: { lines: ['l1: 1 × T-CUSTOM', 'l2: 1 × T-CUSTOM'], version: 3 },
  },
  {
    title: 'options that do not fit change nothing',
    given: [addCustom({}, 2)],
    when: [update('l1', { quantity: 1, options: { ...SIZE, material: 'steel' } })],
    expect: { answers: [refused('options_invalid')], lines: ['l1: 2 × T-CUSTOM'], version: 1 },
  },
  {
    title: 'attributes change without touching the rest',
    given: [addApart('T-A', 2)],
    when: [update('l1', { attributes: { gift: 'yes' } })],
    expect: { lines: ['l1: 2 × T-A'], version: 2, attributes: { l1: { gift: 'yes' } }, subtotal: 3_998 },
  },
];
