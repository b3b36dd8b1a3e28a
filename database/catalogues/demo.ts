/**
 * A small shop for home and print, for `npm start`: simple products, products with variants, and products made to measure. It has
 * no pictures, because nothing here serves any; a real shop puts the addresses of its own into `image_url`.
 */
import {
  byArea,
  type CatalogueProduct,
  type CatalogueVariant,
  centimetres,
  choice,
  engraving,
  simple,
} from './catalogue-product.ts';

/** `[code, label, additional price, stock]` of one attribute. */
type Row = [code: string, label: string, additionalPrice: number, stock: number];

const variants = (productId: string, attribute: string, rows: Row[]): CatalogueVariant[] =>
  rows.map(([code, label, additionalPrice, stock]) => ({
    sku: `${productId}-${code}`.toUpperCase(),
    label,
    attributes: { [attribute]: label.toLowerCase() },
    additionalPrice,
    stock,
  }));

const inVariants = (
  productId: string,
  title: string,
  price: number,
  attribute: string,
  rows: Row[],
  description: string,
): CatalogueProduct => ({
  productId,
  title,
  description,
  price,
  variants: variants(productId, attribute, rows),
});

const SIMPLE: CatalogueProduct[] = [
  simple('mug-stone', 'Stoneware mug', 1_450, 320, 'Hand-thrown, 350 ml, safe in the dishwasher.'),
  simple('bowl-stone', 'Stoneware bowl', 1_850, 180, 'For soup or cereal, 16 cm across.'),
  simple('plate-stone', 'Stoneware plate', 2_100, 240, 'Dinner plate, 27 cm, speckled glaze.'),
  simple('carafe', 'Glass carafe', 2_900, 64, 'One litre, with a cork stopper.'),
  simple('candle-fig', 'Fig candle', 2_400, 85, 'Soy wax, about 45 hours.'),
  simple('candle-cedar', 'Cedar candle', 2_400, 7, 'Soy wax, about 45 hours.'),
  simple('vase-tall', 'Tall vase', 5_900, 23, 'Smoked glass, 40 cm high.'),
  simple('tray-oak', 'Oak tray', 4_200, 41, 'Oiled oak with a raised edge, 45 × 30 cm.'),
  simple('board-walnut', 'Walnut cutting board', 5_400, 3, 'End grain, 40 × 28 cm.'),
  simple('clock-wall', 'Wall clock', 7_900, 18, 'Silent movement, 30 cm across.'),
  simple('lamp-desk', 'Desk lamp', 12_900, 34, 'Two joints, dimmable, warm light.'),
  simple('lamp-paper', 'Paper pendant', 6_900, 0, 'Folded by hand, 50 cm across.'),
  simple('stool-ash', 'Ash stool', 14_900, 12, 'Solid ash, 45 cm high, stackable.'),
  simple('shelf-ladder', 'Ladder shelf', 24_900, 9, 'Five boards, leans against the wall.'),
  simple('basket-willow', 'Willow basket', 3_900, 56, 'Woven in one piece, with leather handles.'),
  simple('hooks-brass', 'Brass hooks, set of three', 2_700, 140, 'Solid brass, screws included.'),
  {
    ...simple('book-homes', 'Small Homes, a picture book', 3_500, 75, '224 pages, clothbound.'),
    taxClass: 'reduced',
  },
  {
    ...simple('armchair-loop', 'Loop armchair', 64_900, 4, 'The last of the old series.'),
    active: false,
  },
];

const CUSHION_COLOURS: Row[] = [
  ['sand', 'Sand', 0, 60],
  ['moss', 'Moss', 0, 44],
  ['rust', 'Rust', 200, 6],
];
const RUG_SIZES: Row[] = [
  ['s', '120 × 170 cm', 0, 25],
  ['m', '160 × 230 cm', 12_000, 14],
  ['l', '200 × 300 cm', 26_000, 2],
];
const BED_SIZES: Row[] = [
  ['90', '90 × 200 cm', 0, 18],
  ['140', '140 × 200 cm', 9_000, 11],
  ['180', '180 × 200 cm', 16_000, 8],
];
const LINEN_SIZES: Row[] = [
  ['135', '135 × 200 cm', 0, 70],
  ['155', '155 × 220 cm', 2_000, 52],
  ['200', '200 × 200 cm', 4_500, 31],
];
const FRAME_SIZES: Row[] = [
  ['a4', 'A4', 0, 200],
  ['a3', 'A3', 1_000, 150],
  ['a2', 'A2', 2_600, 60],
];
const CHAIR_COLOURS: Row[] = [
  ['oak', 'Oak', 0, 40],
  ['black', 'Black', 1_500, 28],
  ['green', 'Green', 1_500, 0],
];
const POSTER_SIZES: Row[] = [
  ['30x40', '30 × 40 cm', 0, 500],
  ['50x70', '50 × 70 cm', 1_200, 500],
  ['70x100', '70 × 100 cm', 2_800, 250],
];

const WITH_VARIANTS: CatalogueProduct[] = [
  inVariants(
    'cushion',
    'Linen cushion',
    3_900,
    'colour',
    CUSHION_COLOURS,
    'Washed linen, 50 × 50 cm, with filling.',
  ),
  inVariants('throw', 'Wool throw', 8_900, 'colour', CUSHION_COLOURS, 'Lambswool, 130 × 180 cm.'),
  inVariants('towel', 'Waffle towel', 1_900, 'colour', CUSHION_COLOURS, 'Cotton, 70 × 140 cm.'),
  inVariants('rug', 'Flat-woven rug', 19_900, 'size', RUG_SIZES, 'Wool on cotton, woven on both sides.'),
  inVariants('rug-jute', 'Jute rug', 12_900, 'size', RUG_SIZES, 'Braided jute, sturdy enough for a hall.'),
  inVariants('bed', 'Slatted bed', 49_900, 'size', BED_SIZES, 'Solid pine, oiled, without mattress.'),
  inVariants('mattress', 'Mattress', 39_900, 'size', BED_SIZES, 'Natural latex, medium.'),
  inVariants('bed-linen', 'Bed linen set', 8_900, 'size', LINEN_SIZES, 'Percale, with one pillow case.'),
  inVariants('frame', 'Picture frame', 2_400, 'size', FRAME_SIZES, 'Oak, with real glass.'),
  inVariants('chair', 'Dining chair', 17_900, 'colour', CHAIR_COLOURS, 'Bent wood, seat 46 cm high.'),
  inVariants('poster-bauhaus', 'Poster, circles', 1_900, 'size', POSTER_SIZES, 'Printed on 200 g paper.'),
  inVariants('poster-coast', 'Poster, coast', 1_900, 'size', POSTER_SIZES, 'Printed on 200 g paper.'),
  inVariants('poster-map', 'Poster, city map', 2_200, 'size', POSTER_SIZES, 'Printed on 200 g paper.'),
];

const TABLE_WOOD = choice('material', ['oak', 'Oak', 0], ['ash', 'Ash', 4_000], ['walnut', 'Walnut', 18_000]);
const FABRIC = choice(
  'material',
  ['cotton', 'Cotton', 0],
  ['linen', 'Linen', 1_800],
  ['velvet', 'Velvet', 3_200],
);
const PAPER = choice(
  'material',
  ['matt', 'Matt paper', 0],
  ['canvas', 'Canvas', 2_500],
  ['acrylic', 'Acrylic glass', 5_900],
);

/** Priced by area: a base for the work, and so much for a square metre. */
const madeToMeasure = (
  product: CatalogueProduct,
  perSquareMetre: number,
  options: NonNullable<CatalogueProduct['options']>,
): CatalogueProduct => ({ ...product, options, areaPrice: byArea(perSquareMetre) });

const size = (min: number, max: number, step: number) => [
  centimetres('width', min, max, step),
  centimetres('height', min, max, step),
];

const CONFIGURED: CatalogueProduct[] = [
  madeToMeasure(
    simple('curtain', 'Curtain to measure', 2_900, 5_000, 'Sewn to your width and height.'),
    4_500,
    [
      ...size(40, 300, 1),
      FABRIC,
      choice('heading', ['tape', 'Pleating tape', 0], ['eyelets', 'Eyelets', 900]),
    ],
  ),
  madeToMeasure(simple('blind', 'Roller blind to measure', 3_900, 2_000, 'Cut to the millimetre.'), 6_000, [
    ...size(30, 240, 0.1),
    choice('light', ['dim', 'Dims the light', 0], ['dark', 'Keeps it out', 1_400]),
  ]),
  madeToMeasure(
    simple('print', 'Your photo as a print', 900, 10_000, 'Send the file after the order.'),
    9_500,
    [...size(10, 150, 0.5), PAPER],
  ),
  madeToMeasure(
    simple('mirror', 'Mirror to measure', 2_500, 800, 'Polished edge, 5 mm.'),
    11_000,
    size(20, 200, 0.5),
  ),
  madeToMeasure(simple('tabletop', 'Table top to measure', 9_900, 60, 'Solid wood, 26 mm, oiled.'), 32_000, [
    ...size(40, 220, 1),
    TABLE_WOOD,
  ]),
  madeToMeasure(
    simple('pinboard', 'Pinboard to measure', 1_900, 5, 'Cork in an oak frame.'),
    5_200,
    size(30, 180, 1),
  ),
  {
    ...simple('spoon', 'Engraved serving spoon', 2_200, 130, 'Beech, with your words.'),
    options: [engraving(24, 600)],
  },
  {
    ...simple('box-oak', 'Oak box', 4_900, 48, 'With a lid, 24 × 16 cm.'),
    options: [TABLE_WOOD, engraving(40, 900)],
  },
  {
    ...simple('doorplate', 'Door plate', 3_400, 300, 'Enamel or brass, two screws.'),
    options: [
      choice('material', ['enamel', 'Enamel', 0], ['brass', 'Brass', 1_600]),
      { type: 'text', name: 'name', required: true, maxLength: 30, surcharge: 0 },
    ],
  },
];

export const DEMO_CATALOGUE: CatalogueProduct[] = [...SIMPLE, ...WITH_VARIANTS, ...CONFIGURED];
