/** What a checkout is about and what it costs, in words fit for the page on which it is paid. */
import { describe, expect, test } from 'vitest';
import { goodsText, linesText } from '../../cart/goods-text.ts';
import { moneyText } from '../../cart/money-text.ts';

const line = (title: string, quantity = 1) => ({ title, quantity });

describe('goods', () => {
  test.each([
    [[line('Stoneware mug', 2)], '2 × Stoneware mug'],
    [[line('Stoneware mug'), line('Carafe')], '1 × Stoneware mug and 1 more'],
    [[], 'Your order'],
  ])('%j', (lines, text) => expect(goodsText(lines)).toBe(text));

  test('with a very long title stay within what providers take', () => {
    const text = goodsText([line('🫖'.repeat(300), 999), line('Carafe')]);
    expect(Array.from(text).length).toBeLessThan(100);
    expect(text).toMatch(/^999 × 🫖+… and 1 more$/u);
  });

  test('one line is no lines', () => expect([1, 2].map(linesText)).toEqual(['1 line', '2 lines']));
});

test.each([
  [1999, 'EUR', '19.99 EUR'],
  [1500, 'JPY', '1500 JPY'],
  [1500, 'KWD', '1.500 KWD'],
])('%d %s is %s', (amount, currency, text) => expect(moneyText(amount, currency)).toBe(text));
