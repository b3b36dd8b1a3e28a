/** Scenarios of options: when two are the same, when they do not fit, and what they cost. */
import { add, addCustom, refused, type Scenario } from '../steps.ts';

/** Adds twice with options that mean the same. */
const meansTheSame = (title: string, first: Scenario['when'], second: Scenario['when']): Scenario => ({
  title: `${title} makes no difference`,
  given: first,
  when: second,
  expect: { lines: ['l1: 2 × T-CUSTOM'], version: 2 },
});

/** Adds something that fits and then something that does not. */
const doesNotFit = (title: string, when: Scenario['when']): Scenario => ({
  title,
  given: [add('T-A')],
  when,
  expect: { answers: [refused('options_invalid')], lines: ['l1: 1 × T-A'], version: 1 },
});

const inOtherOrder = add('T-CUSTOM', 1, {
  options: { material: 'linen', engraving: 'Ada', height: 80, width: 120 },
});

export const OPTIONS: Scenario[] = [
  meansTheSame(
    'the order of the options',
    [addCustom({ engraving: 'Ada', material: 'linen' })],
    [inOtherOrder],
  ),
  meansTheSame('120 or "120"', [addCustom({ width: 120 })], [addCustom({ width: '120' })]),
  meansTheSame('"120.0" or 120', [addCustom({ width: '120.0' })], [addCustom({ width: 120 })]),
  meansTheSame('"1.2e2" or 120', [addCustom({ width: '1.2e2' })], [addCustom({ width: 120 })]),
  meansTheSame('a default left out or given', [addCustom()], [addCustom({ material: 'cotton' })]),
  meansTheSame('an empty text or none', [addCustom({ engraving: '' })], [addCustom()]),
  meansTheSame(
    'blanks around a text',
    [addCustom({ engraving: ' Ada ' })],
    [addCustom({ engraving: 'Ada' })],
  ),
  meansTheSame(
    'how an accent is written',
    [addCustom({ engraving: 'Zo\u00eb' })],
    [addCustom({ engraving: 'Zoe\u0308' })],
  ),
  {
    title: 'different options stand on different lines',
    when: [
      addCustom(),
      addCustom({ material: 'linen' }),
      addCustom({ width: 120.5 }),
      addCustom({ engraving: 'ada' }),
      addCustom({ engraving: 'Ada' }),
    ],
    expect: { lines: [1, 2, 3, 4, 5].map((number) => `l${number}: 1 × T-CUSTOM`), version: 5 },
  },
  {
    title: 'the price is base, area, material and engraving together',
    when: [addCustom({ material: 'canvas', engraving: 'For Ada' }, 2)],
    expect: { lines: ['l1: 2 × T-CUSTOM'], version: 1, unitPrices: { l1: 10_330 }, subtotal: 20_660 },
  },
  {
    title: 'an area price is rounded once, per unit',
    when: [addCustom({ width: 10.5, height: 11.5 }, 3)],
    expect: { lines: ['l1: 3 × T-CUSTOM'], version: 1, unitPrices: { l1: 1_097 }, subtotal: 3_291 },
  },
  {
    title: 'options are kept in canonical form, defaults filled in',
    when: [add('T-CUSTOM', 1, { options: { width: '120.50', height: '80' } })],
    expect: {
      lines: ['l1: 1 × T-CUSTOM'],
      version: 1,
      options: { l1: { height: 80, material: 'cotton', width: 120.5 } },
    },
  },
  doesNotFit('a required option is missing', [add('T-CUSTOM', 1, { options: { width: 120 } })]),
  doesNotFit('a measure is out of range', [addCustom({ width: 300.5 })]),
  doesNotFit('a measure is off its grid', [addCustom({ height: 80.3 })]),
  doesNotFit('a measure is no number', [addCustom({ width: 'wide' })]),
  doesNotFit('a value is none of the choices', [addCustom({ material: 'steel' })]),
  doesNotFit('a text is too long', [addCustom({ engraving: 'x'.repeat(41) })]),
  doesNotFit('a text is no text', [addCustom({ engraving: true })]),
  doesNotFit('the product has no such option', [addCustom({ colour: 'red' })]),
  doesNotFit('the product has no options at all', [add('T-B', 1, { options: { width: 120 } })]),
];
