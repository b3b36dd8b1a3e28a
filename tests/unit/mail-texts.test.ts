/** The texts of mails: complete in every language, in the reader's language, and a shop's own are checked before anything is sent. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseVoice, fill, loadTexts } from '../../mail/texts.ts';

const TEXTS = path.join(import.meta.dirname, '..', '..', 'mail', 'texts');
const own = (name: string) => JSON.parse(readFileSync(path.join(TEXTS, name), 'utf8')) as Tree;

interface Tree {
  [name: string]: string | Tree;
}

const names = (tree: Tree, prefix = ''): string[] =>
  Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string' ? [`${prefix}${name}`] : names(value, `${prefix}${name}.`),
  );
const sentences = (tree: Tree): string[] =>
  Object.values(tree).flatMap((value) => (typeof value === 'string' ? [value] : sentences(value)));

describe('the texts of mails', () => {
  it('are there in English and German, the same ones in both', () => {
    expect([...loadTexts().keys()]).toEqual(['de', 'en']);
    expect(names(own('de.json'))).toEqual(names(own('en.json')));
  });

  it('are translated: no sentence of any length is the same in both', () => {
    const english = new Set(sentences(own('en.json')).filter((sentence) => sentence.includes(' ')));
    expect(sentences(own('de.json')).filter((sentence) => english.has(sentence))).toEqual([]);
  });

  it('have a subject of their own for each step', () => {
    for (const { recovery } of loadTexts().values())
      expect(new Set([recovery[1].subject, recovery[2].subject, recovery[3].subject]).size).toBe(3);
  });
});

describe('the language of a mail', () => {
  const all = loadTexts();

  it.each([
    ['de-AT', 'de-AT', 'Zwischensumme'],
    ['de', 'de', 'Zwischensumme'],
    ['EN-gb', 'EN-gb', 'Subtotal'],
    ['fr-FR', 'en', 'Subtotal'],
    [null, 'en', 'Subtotal'],
    ['de_DE; DROP TABLE', 'en', 'Subtotal'],
  ])('%s is written as %s', (wish, locale, subtotal) => {
    const voice = chooseVoice(all, [wish, 'en']);
    expect([voice.locale, voice.texts.words.subtotal]).toEqual([locale, subtotal]);
  });

  it('falls back to the language of the shop', () => {
    expect(chooseVoice(all, [undefined, 'de-CH']).locale).toBe('de-CH');
    expect(chooseVoice(all, ['fr', 'de-CH']).locale).toBe('de-CH');
  });
});

describe('texts of a shop’s own', () => {
  const folders: string[] = [];
  const folder = (file: string, content: string): string => {
    const place = mkdtempSync(path.join(tmpdir(), 'mail-texts-'));
    folders.push(place);
    writeFileSync(path.join(place, file), content);
    return place;
  };
  afterEach(() => {
    for (const place of folders.splice(0)) rmSync(place, { recursive: true });
  });

  it('count alone', () => {
    const texts = JSON.stringify(own('en.json')).replace('Back to my cart', 'Hop on');
    const place = folder('en.json', texts);
    expect(loadTexts(place).get('en')?.recovery[1].button).toBe('Hop on');
    expect([...loadTexts(place).keys()]).toEqual(['en']);
  });

  it('are refused with file, place and reason for each mistake', () => {
    const texts = own('en.json') as { recovery: Record<string, Record<string, string>> };
    texts.recovery['2'] = { ...texts.recovery['2'], subject: 'Hello {firstName}', heading: '' };
    const place = folder('en.json', JSON.stringify(texts));
    expect(() => loadTexts(place)).toThrow(/en\.json are not complete/);
    expect(() => loadTexts(place)).toThrow(
      /recovery\.2\.subject: \{firstName\} is not filled in here; there is \{shop\}/,
    );
    expect(() => loadTexts(place)).toThrow(/recovery\.2\.heading/);
  });

  it('are refused when they are no JSON, or none', () => {
    expect(() => loadTexts(folder('en.json', '{'))).toThrow(/en\.json cannot be read/);
    expect(() => loadTexts(folder('read.me', ''))).toThrow(/no texts of mails/);
  });
});

describe('filling in', () => {
  it('does not look again at what came in', () => {
    expect(fill('Your cart at {shop}: {title}', { shop: '{title}', title: '{shop} $& $1' })).toBe(
      'Your cart at {title}: {shop} $& $1',
    );
  });
});
