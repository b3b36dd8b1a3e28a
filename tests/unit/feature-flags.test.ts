/** Switches: what a file may say, what a broken one does, which source wins, and that a change is noticed while the process runs. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFeatureFlags, type FeatureFlags } from '../../api/flags/feature-flags.ts';
import { readSwitches } from '../../api/flags/flag-file.ts';
import { FlagProvider } from '../../api/flags/flag-provider.ts';
import { readConfig } from '../../config.ts';
import { eventually } from '../support/eventually.ts';

const LOOK_EVERY_MS = 20;

let folder: string;
let file: string;
let lines: string[];
let flags: FeatureFlags | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cartwright-flags-'));
  file = path.join(folder, 'flags.json');
  lines = [];
  flags = undefined;
});
afterEach(async () => {
  await flags?.close();
  rmSync(folder, { recursive: true });
});

function open(fixed: ConstructorParameters<typeof FlagProvider>[0]['fixed'] = {}): FeatureFlags {
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  flags = createFeatureFlags(new FlagProvider({ fixed, path: file, log, lookEveryMs: LOOK_EVERY_MS }));
  return flags;
}

/** As operators' tools do it: whole or not at all. */
function put(text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

describe('a file of switches', () => {
  test('names features that are on or off', () => {
    expect(readSwitches('{"merge": false, "liveEvents": true}')).toEqual({
      switches: { merge: false, liveEvents: true },
      unknown: [],
    });
  });

  test('may name features that this version does not know', () => {
    expect(readSwitches('{"teleport": false, "toString": true}')).toEqual({
      switches: {},
      unknown: ['teleport', 'toString'],
    });
  });

  test.each(['', '{', 'null', '[]', '"off"', '{"merge": "off"}', '{"merge": 0}', '{"merge": null}'])(
    'cannot be %j',
    (text) => expect(() => readSwitches(text)).toThrow(),
  );
});

describe('features', () => {
  test('are on where nobody has switched them', async () => {
    expect(await open().isOn('merge')).toBe(true);
  });

  test('are switched by the setting, and by the file more strongly', async () => {
    put('{"merge": true}');
    const now = open({ merge: false, liveEvents: false });
    expect([await now.isOn('merge'), await now.isOn('liveEvents')]).toEqual([true, false]);
  });

  test('follow the file: written later, changed, back again', async () => {
    const now = open();
    for (const merge of [false, true, false]) {
      put(JSON.stringify({ merge }));
      await eventually(async () => (await now.isOn('merge')) === merge);
    }
  });

  test.each(['{"merge": ', '{"merge": "yes"}', ''])(
    'stay as they are when the file becomes %j',
    async (broken) => {
      put('{"merge": false}');
      const now = open();
      put(broken);
      await eventually(() => lines.some((line) => line.includes('the last good flags stay')));
      expect(await now.isOn('merge')).toBe(false);
    },
  );

  test('stay as they are when the file is taken away', async () => {
    put('{"merge": false}');
    const now = open();
    rmSync(file);
    await eventually(() => lines.some((line) => line.includes('the last good flags stay')));
    expect(await now.isOn('merge')).toBe(false);
  });

  test('tell who waits for the end of one, once, and not who has stopped waiting', async () => {
    const now = open();
    const told: string[] = [];
    now.onceOff('liveEvents', () => told.push('waits'));
    now.onceOff('liveEvents', () => told.push('left'))();
    now.onceOff('merge', () => told.push('merge'));
    put('{"liveEvents": false}');
    await eventually(() => told.length > 0);
    put('{"liveEvents": false, "promotions": false}');
    await eventually(async () => !(await now.isOn('promotions')));
    expect(told).toEqual(['waits']);
    await new Promise<void>((resolve) => now.onceOff('liveEvents', resolve));
  });
});

describe('FEATURE_FLAGS', () => {
  test('reads switches', () => {
    const { FEATURE_FLAGS } = readConfig({ FEATURE_FLAGS: 'merge=off, liveEvents=on' });
    expect(FEATURE_FLAGS).toEqual({ merge: false, liveEvents: true });
    expect(readConfig({}).FEATURE_FLAGS).toEqual({});
  });

  test.each(['merge', 'merge=no', 'teleport=off', 'toString=off'])('says what is wrong with %s', (text) => {
    expect(() => readConfig({ FEATURE_FLAGS: text })).toThrow(/is no switch; write <feature>=on or =off/);
  });
});
