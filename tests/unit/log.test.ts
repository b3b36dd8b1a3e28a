/** What people typed cannot leave its place in the log: no line of its own, no colours, no turned text, in JSON and in the readable form. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { escapeLine, escapePrettyLine } from '../../log.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

/** Forged lines, colours, a bell, C1 controls, turned text, a line separator, NUL, and texts that only spell an escape. */
const HOSTILE = 'a\u001b[31mred\u0007\r\nINFO: forged\u009b2J\u202egnp\u2066x\u2028y\u007f\u0000\\u001b\\n\\';

const PROGRAM = `
  import { createLog } from ${JSON.stringify(pathToFileURL(path.join(ROOT, 'log.ts')).href)};
  const log = createLog({ LOG_LEVEL: 'info', LOG_PRETTY: process.env.PRETTY === 'yes' }, 'test');
  const hostile = process.env.HOSTILE + '\\u0000';
  const error = new Error(hostile);
  error.name = hostile;
  log.info({ reason: hostile, nested: { a: hostile } }, 'request');
  log.error({ err: error }, 'fault');
  log.warn(hostile);
  log.info({ authorization: 'secret-1', headers: { cookie: 'secret-2' }, body: { email: 'secret-3' } }, 'kept out');
`;

/** The output of a process that logs all this. Variables of a process cannot hold NUL. */
const logged = (pretty: boolean): string =>
  execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROGRAM], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, PRETTY: pretty ? 'yes' : 'no', HOSTILE: HOSTILE.replace('\u0000', '') },
  });

// oxlint-disable-next-line no-control-regex -- they are what must not be there
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

describe('the log', { timeout: 60_000 }, () => {
  test('as JSON has one line for each entry, which says what was said', () => {
    const lines = logged(false).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).not.toMatch(UNSAFE);
    const [first, , third] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const said = `${HOSTILE.replace('\u0000', '')}\u0000`;
    expect(first).toMatchObject({ reason: said, nested: { a: said }, msg: 'request', process: 'test' });
    expect(third?.msg).toBe(said);
    expect(lines.join('\n')).not.toContain('secret-');
  });

  test('as people read it has no entry that nobody wrote', () => {
    const text = logged(true);
    expect(text).not.toMatch(UNSAFE);
    const entries = text.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
    expect(entries).toHaveLength(4);
    for (const entry of entries) expect(entry).toMatch(/^\[[\d:.]+\] (INFO|ERROR|WARN): /);
    expect(text).not.toContain('secret-');
  });

  test('escapes keep texts apart that only spell an escape', () => {
    const line = (msg: string) => `${JSON.stringify({ level: 30, msg })}\n`;
    expect(JSON.parse(escapeLine(line('\\u009b\u009b')))).toEqual({ level: 30, msg: '\\u009b\u009b' });
    expect(JSON.parse(escapePrettyLine(line('a\nb\\n\u009b')))).toEqual({
      level: 30,
      msg: 'a\\nb\\n\\u009b',
    });
  });
});
