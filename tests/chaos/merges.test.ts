/** Whatever is killed while guests sign in: each cart is merged once, no unit is lost or doubled, and the old tokens are dead. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { KINDS } from './killer.ts';
import { type MergeReport, runMerges } from './merge-run.ts';

const MERGES = 20;

let stack: TestStack;
let report: MergeReport;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'cartwright-merges-'));
  stack = await startTestStack({ environment: { CONTINUE_AS_NEW_AFTER_EVENTS: '30' } });
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`merges seed ${seed}`);
  report = await runMerges({ stack, seed, merges: MERGES, kills: KINDS.length, folder });
});

afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each(KINDS)('a %s is killed', (kind) => {
  expect(report.kills[kind]).toBeGreaterThanOrEqual(1);
});

test('every login gets its cart', () => {
  expect(report.merged).toBe(report.logins);
  expect(report.logins).toBeGreaterThanOrEqual(MERGES);
});

test('every acknowledged unit is in the customer’s cart once, and all four readings agree', () => {
  expect(report.faults).toEqual([]);
});

test('no answer is anything but a success, a refusal, or an honest outage; every repeat is a replay', () => {
  expect(report.figures.breaches).toEqual([]);
});
