/** The catalogue that tests, benches and fault injection count on. Known prices, stock at the edges; do not change a figure. */
import {
  byArea,
  type CatalogueProduct,
  centimetres,
  choice,
  engraving,
  simple,
} from './catalogue-product.ts';

const PLENTY = 1_000_000;

const numbered = Array.from({ length: 120 }, (_, index): CatalogueProduct => {
  const number = String(index + 1).padStart(3, '0');
  return simple(`t-${number}`, `Test product ${number}`, 1_001 + index, PLENTY);
});

export const TEST_CATALOGUE: CatalogueProduct[] = [
  simple('t-a', 'Test product A', 1_999, PLENTY),
  simple('t-b', 'Test product B', 4_995, PLENTY),
  { ...simple('t-c', 'Test product C', 2_499, PLENTY), taxClass: 'rate-10.75' },
  simple('t-one', 'The only one', 1_000, 1),
  simple('t-ten', 'One of ten', 1_000, 10),
  {
    ...simple('t-off', 'No longer sold', 1_000, PLENTY),
    active: false,
    variants: [{ sku: 'T-OFF', stock: PLENTY, active: false }],
  },
  simple('t-max', 'As dear as it gets', 99_999_999, PLENTY),
  {
    ...simple('t-custom', 'Made to measure', 1_000, PLENTY),
    areaPrice: byArea(8_000),
    options: [
      centimetres('width', 10, 300, 0.5),
      centimetres('height', 10, 300, 0.5),
      choice('material', ['cotton', 'Cotton', 0], ['linen', 'Linen', 500], ['canvas', 'Canvas', 900]),
      engraving(40, 750),
    ],
  },
  ...numbered,
];
