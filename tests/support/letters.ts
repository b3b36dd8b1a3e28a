/** Letters for tests: a cart and an order as a shop would send them. */
import type { CurrentLine } from '../../contract/cart-view.ts';
import type { OrderView } from '../../contract/orders.ts';
import { confirmationLetter } from '../../mail/confirmation-letter.ts';
import type { Letter, Shop } from '../../mail/letter.ts';
import { type RecoveryContent, recoveryLetter } from '../../mail/recovery-letter.ts';
import { chooseVoice, loadTexts } from '../../mail/texts.ts';

export const SHOP: Shop = {
  name: 'Alder & Ash',
  address: '12 Mill Lane, Bath BA1 2QT, United Kingdom',
  url: 'https://shop.example',
};

export const RECOVER_URL = 'https://api.shop.example/recover/l1.k1.recover.1.abc.def';
export const UNSUBSCRIBE_URL = 'https://api.shop.example/unsubscribe/l1.k1.unsubscribe.1.abc.def';

export const cartLine = (fields: Partial<CurrentLine> = {}): CurrentLine => ({
  title: 'Stoneware mug',
  options: {},
  quantity: 2,
  unitPrice: 1_450,
  lineTotal: 2_900,
  isAvailable: true,
  maxQuantity: 99,
  ...fields,
});

export function recovery(fields: Partial<RecoveryContent> = {}, locale = 'en-GB', shop: Shop = SHOP): Letter {
  const content: RecoveryContent = {
    step: 1,
    currency: 'EUR',
    lines: [cartLine()],
    recoverUrl: RECOVER_URL,
    unsubscribeUrl: UNSUBSCRIBE_URL,
    ...fields,
  };
  return recoveryLetter(content, chooseVoice(loadTexts(), [locale]), shop);
}

const anOrder = (fields: Partial<OrderView> = {}): OrderView => ({
  id: 'q1w2e3r4t5y6u7i8o9p0aA',
  cartId: 'cart-1',
  currency: 'EUR',
  pricesIncludeTax: true,
  subtotal: 2_900,
  discountTotal: 0,
  shippingMethod: 'standard',
  shippingTotal: 490,
  shippingTax: 78,
  taxTotal: 541,
  total: 3_390,
  itemsCount: 1,
  totalQuantity: 2,
  payment: { provider: 'test', paymentId: 'pay_1', amount: 3_390 },
  placedAt: '2026-11-21T20:00:00.000Z',
  lines: [
    {
      lineId: 'L1',
      sku: 'MUG-STONE',
      productId: 'mug-stone',
      title: 'Stoneware mug',
      options: { engraving: 'For Ada' },
      attributes: {},
      quantity: 2,
      unitPrice: 1_450,
      subtotal: 2_900,
      discount: 0,
      taxClass: 'standard',
      taxRate: 190_000,
      tax: 463,
      total: 2_900,
    },
  ],
  ...fields,
});

export const confirmation = (fields: Partial<OrderView> = {}, locale = 'en-GB', shop: Shop = SHOP): Letter =>
  confirmationLetter(anOrder(fields), chooseVoice(loadTexts(), [locale]), shop);
