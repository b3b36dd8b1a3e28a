/** A letter as plain text: the same lines, figures and links as in HTML, for readers and programs that prefer it. */
import { imprintOf, type Letter, type LetterLine } from './letter.ts';

const WIDTH = 72;
const RULE = '-'.repeat(WIDTH);

/** Breaks at spaces; a word that is longer than a line (an address) stays whole. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

const line = ({ title, options, quantity, unitPrice, total, note }: LetterLine): string =>
  [
    wrap(title),
    ...(options === '' ? [] : [`  ${wrap(options).replaceAll('\n', '\n  ')}`]),
    ...(note === undefined ? [] : [`  ** ${note} **`]),
    `  ${quantity}, ${unitPrice}: ${total}`,
  ].join('\n');

const paragraphs = (text: string): string[] => text.split(/\n{2,}/).map(wrap);

/** Lines of at most 72 characters, addresses apart. */
export function renderText(letter: Letter): string {
  const { button, unsubscribe, shop } = letter;
  const parts = [
    letter.heading,
    ...paragraphs(letter.body),
    letter.facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    RULE,
    ...letter.lines.map(line),
    RULE,
    letter.sums.map(({ label, amount }) => `${label}: ${amount}`).join('\n'),
    button ? `${button.label}:\n${button.url}` : '',
    wrap(letter.footer),
    '-- ',
    [wrap(imprintOf(shop)), ...(shop.url ? [shop.url] : [])].join('\n'),
    wrap(letter.why),
    unsubscribe?.text ?? '',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
