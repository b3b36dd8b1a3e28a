/** docs/concepts/security.md answers every row of OWASP ASVS 5.0 that applies, and each "pass" names tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/local/data-folder.ts';

const page = readFileSync(path.join(ROOT, 'docs/concepts/security.md'), 'utf8');

interface Row {
  id: string;
  chapter: number;
  level: string;
  answer: string;
  where: string;
}

const rows: Row[] = [
  ...page.matchAll(/^\| (\d+)\.(\d+\.\d+) \| ([12]) \| [^|]+ \| ([a-z/]+) \| ([^|]+) \|$/gm),
].map(([, chapter = '', rest = '', level = '', answer = '', where = '']) => ({
  id: `${chapter}.${rest}`,
  chapter: Number(chapter),
  level,
  answer,
  where,
}));

/** Rows of level 1 and of level 2 by chapter, as ASVS 5.0.0 has them. */
const CHAPTERS: [chapter: number, first: number, second: number][] = [
  [1, 8, 19],
  [2, 4, 7],
  [3, 8, 11],
  [4, 2, 8],
  [7, 6, 12],
  [8, 4, 3],
  [9, 4, 3],
  [11, 3, 11],
  [12, 3, 6],
  [13, 1, 12],
  [14, 2, 7],
  [15, 3, 10],
  [16, 0, 16],
];

describe('the answers to ASVS 5.0', () => {
  test('are 173, each row once', () => {
    expect(rows).toHaveLength(173);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(173);
  });

  test.each(CHAPTERS)('cover chapter %i: %i rows of level 1, %i of level 2', (chapter, first, second) => {
    const here = rows.filter((row) => row.chapter === chapter);
    const ofLevel = (level: string) => here.filter((row) => row.level === level).length;
    expect([ofLevel('1'), ofLevel('2')]).toEqual([first, second]);
  });

  test('are pass, documented, n/a or open, and say where or why', () => {
    const odd = rows.filter(({ answer }) => !['pass', 'documented', 'n/a', 'open'].includes(answer));
    expect(odd).toEqual([]);
    expect(rows.filter(({ where }) => where.trim() === '')).toEqual([]);
  });

  test('add up in the summary', () => {
    for (const answer of ['pass', 'documented', 'n/a', 'open']) {
      const of = (level: string) => rows.filter((row) => row.answer === answer && row.level === level).length;
      expect(page).toContain(`| ${answer} | ${of('1')} | ${of('2')} | ${of('1') + of('2')} |`);
    }
  });

  test.each(rows.filter(({ answer }) => answer === 'pass').map((row) => [row.id, row.where] as const))(
    '%s passes by tests that exist',
    (_id, where) => {
      const named = [...where.matchAll(/`(tests\/[^`]+)` “([^”]+)”/g)];
      expect(named.length, 'a pass names at least one test: `tests/…` “its title”').toBeGreaterThan(0);
      for (const [, file = '', title = ''] of named) {
        expect(existsSync(path.join(ROOT, file)), `${file} does not exist`).toBe(true);
        expect(readFileSync(path.join(ROOT, file), 'utf8').includes(title), `${file} has no “${title}”`).toBe(
          true,
        );
      }
    },
  );

  test('name only files that exist, whatever the answer', () => {
    const named = [...page.matchAll(/`(tests\/[a-z0-9/-]+\.ts)`/g)].map(([, file = '']) => file);
    expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });
});
