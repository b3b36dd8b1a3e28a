/** What stands in the mails of the shop, in HTML and in plain text, whatever was typed into catalogue and cart. */
import { describe, expect, it } from 'vitest';
import { charactersOf } from '../../mail/letter.ts';
import { messageIdOf, toMessage } from '../../mail/mailer.ts';
import { renderHtml } from '../../mail/render-html.tsx';
import { renderText } from '../../mail/render-text.ts';
import { cartLine, confirmation, RECOVER_URL, recovery, UNSUBSCRIBE_URL } from '../support/letters.ts';

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
const read = (html: string) => plain(html.replaceAll('&amp;', '&').replaceAll('&#39;', "'"));
const OPTIONS = { smtpUrl: 'smtp://127.0.0.1:1', from: { address: 'orders@shop.example' } };
const HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>';

describe('the mail about a cart', () => {
  const lines = [
    cartLine({ imageUrl: 'https://cdn.example/mug.jpg' }),
    cartLine({
      title: 'Oak frame',
      options: { width: 40, material: 'walnut' },
      quantity: 1,
      unitPrice: 8_950,
      lineTotal: 8_950,
    }),
    cartLine({
      title: 'Paper pendant',
      quantity: 1,
      unitPrice: 6_900,
      lineTotal: 6_900,
      isAvailable: false,
      maxQuantity: 0,
    }),
    cartLine({ title: 'Cutting board', quantity: 5, unitPrice: 5_400, lineTotal: 27_000, maxQuantity: 3 }),
  ];

  it.each([
    ['HTML', (letter: ReturnType<typeof recovery>) => read(renderHtml(letter))],
    ['plain text', (letter: ReturnType<typeof recovery>) => plain(renderText(letter))],
  ])('has every line, price, link and the shop’s address as %s', (_form, render) => {
    const mail = render(recovery({ lines }));
    for (const { title } of lines) expect(mail).toContain(title);
    for (const text of [
      'width: 40 · material: walnut',
      'Quantity 2',
      '€14.50 each',
      '€29.00',
      '€270.00',
      '€388.50',
    ])
      expect(mail).toContain(text);
    for (const text of [
      'Not available at the moment',
      'Only 3 left',
      RECOVER_URL,
      UNSUBSCRIBE_URL,
      '12 Mill Lane',
    ])
      expect(mail).toContain(text);
    expect(mail.replaceAll('\n', ' ')).toContain('agreed to be reminded');
  });

  it('shows pictures from the web only, and a tile where there is none', () => {
    const html = renderHtml(recovery({ lines }));
    expect(html).toContain('src="https://cdn.example/mug.jpg"');
    expect(html.match(/<img/g)).toHaveLength(1);
    for (const imageUrl of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd'])
      expect(renderHtml(recovery({ lines: [cartLine({ imageUrl })] }))).not.toContain('<img');
    expect(renderHtml(recovery({ lines: [cartLine({ imageUrl: '/mug.jpg' })] }))).toContain(
      'src="https://shop.example/mug.jpg"',
    );
  });

  it('is one document with one button, without script, form or foreign font', () => {
    const html = renderHtml(recovery({ lines }));
    expect(html.startsWith('<!doctype html><html lang="en-GB">')).toBe(true);
    expect(html.match(/class="button"/g)).toHaveLength(1);
    expect(html).not.toMatch(/<script|<form|<link|@import|@font-face|javascript:/i);
  });

  it('speaks the reader’s language and writes its numbers', () => {
    const letter = recovery({ lines: [cartLine()] }, 'de-DE');
    expect(letter.subject).toBe('Ihr Warenkorb bei Alder & Ash ist noch da');
    expect(read(renderHtml(letter))).toContain('29,00 €');
    expect(plain(renderText(letter))).toContain('je 14,50 €');
  });

  it('counts in a currency’s own units', () => {
    const letter = recovery({ currency: 'JPY', lines: [cartLine({ unitPrice: 1_450, lineTotal: 2_900 })] });
    expect(plain(renderText(letter))).toContain('JP¥2,900');
  });

  it('tells the steps apart', () => {
    const subjects = [1, 2, 3, 4].map((step) => recovery({ step }).subject);
    expect(new Set(subjects).size).toBe(3);
    expect(subjects[3]).toBe(subjects[2]);
  });
});

describe('the confirmation of an order', () => {
  it('has number, day, lines and sums, and the way to the order', () => {
    for (const mail of [read(renderHtml(confirmation())), plain(renderText(confirmation()))]) {
      for (const text of [
        'q1w2e3r4t5y6u7i8o9p0aA',
        '21 November 2026',
        'Stoneware mug',
        'engraving: For Ada',
      ])
        expect(mail).toContain(text);
      for (const text of ['€29.00', '€4.90', '€33.90', 'Tax included', '€5.41', '12 Mill Lane'])
        expect(mail).toContain(text);
      expect(mail).toContain('https://shop.example/orders/q1w2e3r4t5y6u7i8o9p0aA');
      expect(mail).not.toContain('unsubscribe');
    }
  });

  it('adds tax that comes on top before the total', () => {
    const text = plain(renderText(confirmation({ pricesIncludeTax: false, discountTotal: 300 })));
    expect(text.indexOf('Tax: €5.41')).toBeGreaterThan(text.indexOf('Discount: -€3.00'));
    expect(text.indexOf('Total: ')).toBeGreaterThan(text.indexOf('Tax: €5.41'));
  });
});

describe('whatever was typed', () => {
  it('is text in HTML', () => {
    const line = cartLine({ title: HOSTILE, options: { [HOSTILE]: HOSTILE }, isAvailable: true });
    const shop = { name: HOSTILE, address: HOSTILE, url: 'https://shop.example/"onmouseover="x' };
    const html = renderHtml(recovery({ lines: [line] }, 'en', shop));
    expect(html).not.toMatch(/<script|<img|"onmouseover/);
    expect(html).toContain('&lt;script&gt;');
  });

  it('is one line in subject, preheader and sender, and adds no header', () => {
    const title = 'Mug\r\nBcc: everybody@example.com\r\n\r\n<b>x\u2028\u202e\u0000';
    const letter = recovery({ step: 2, lines: [cartLine({ title })] }, 'en', {
      name: 'Shop\r\nX: y',
      address: 'Street 1',
    });
    const message = toMessage(
      { to: 'ada@shopper.example', purpose: 'recovery', key: 'a:1:2', letter },
      OPTIONS,
    );
    // oxlint-disable-next-line no-control-regex
    for (const text of [message.subject, message.from.name, letter.preheader, letter.heading])
      expect(text).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    expect(message.subject).toContain('Mug Bcc: everybody@example.com');
    expect(Object.keys(message.headers).join()).not.toMatch(/bcc/i);
  });

  it('of any length leaves a subject that fits', () => {
    const letter = recovery({ step: 2, lines: [cartLine({ title: '🏺'.repeat(5_000) })] });
    expect(charactersOf(letter.subject).length).toBeLessThanOrEqual(100);
    expect(letter.subject).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });
});

describe('what mail programs are told', () => {
  const mail = (letter = recovery()) =>
    toMessage({ to: 'ada@shopper.example', purpose: 'recovery', key: 'cart-1:7:1', letter }, OPTIONS);

  it('is how to stop recovery mails with one click, and that a machine wrote them', () => {
    expect(mail().headers).toMatchObject({
      'List-Unsubscribe': { value: `<${UNSUBSCRIBE_URL}>` },
      'List-Unsubscribe-Post': { value: 'List-Unsubscribe=One-Click' },
      'List-Id': { value: '<recovery.shop.example>' },
      'Auto-Submitted': 'auto-generated',
      Precedence: 'bulk',
    });
  });

  it('is no such thing for a confirmation, which nobody has subscribed to', () => {
    expect(Object.keys(mail(confirmation()).headers)).toEqual(['Auto-Submitted', 'X-Auto-Response-Suppress']);
  });

  it('is one identity for one promise, and another for another', () => {
    const id = (purpose: string, key: string) => messageIdOf(purpose, key, OPTIONS.from);
    expect(id('recovery', 'cart-1:7:1')).toBe(id('recovery', 'cart-1:7:1'));
    expect(id('recovery', 'cart-1:7:1')).toMatch(/^<recovery\.[0-9a-f]{32}@shop\.example>$/);
    const others = [
      id('recovery', 'cart-1:7:2'),
      id('recovery', 'cart-1:71'),
      id('order_confirmation', 'cart-1:7:1'),
    ];
    expect(new Set([id('recovery', 'cart-1:7:1'), ...others]).size).toBe(4);
  });
});
