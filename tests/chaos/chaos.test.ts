/** Whatever is killed: what was acknowledged is there, once. And: the check that says so catches what it should catch. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CartView } from '../../contract/cart-view.ts';
import { compareCart } from '../support/ledger.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { KINDS } from './killer.ts';
import { type ChaosReport, runChaos } from './run.ts';
import { verifyCarts } from './verify.ts';

const MINIMUM_KILLS = 3;
const REPEATED_SHARE = 0.2;

let stack: TestStack;
let report: ChaosReport;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'cartwright-chaos-'));
  stack = await startTestStack({ environment: { CONTINUE_AS_NEW_AFTER_EVENTS: '60' } });
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`chaos seed ${seed}`);
  report = await runChaos({ stack, seed, minimumKills: MINIMUM_KILLS, durationMs: 0, folder });
});

afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('under kills of workers, APIs, Temporal and PostgreSQL', () => {
  test.each(KINDS)(`a %s is killed at least ${MINIMUM_KILLS} times`, (kind) => {
    expect(report.kills[kind]).toBeGreaterThanOrEqual(MINIMUM_KILLS);
  });

  test('every acknowledged unit is there exactly once, and all four readings agree', () => {
    expect(report.figures.acknowledged).toBeGreaterThan(200);
    expect(report.faults).toEqual([]);
  });

  test('no answer is anything but a success, a refusal, or an honest outage; every repeat is a replay', () => {
    expect(report.figures.breaches).toEqual([]);
    expect(report.figures.repeated).toBeGreaterThan(REPEATED_SHARE * report.figures.acknowledged);
  });
});

describe('the check itself', () => {
  /** A marker that is present, and the view that shows it. */
  async function sample() {
    const cart = report.carts.find(({ account }) => [...account.markers.values()].includes('present'));
    if (!cart) throw new Error('No cart holds a marker.');
    const { cart: view } = await cart.shopper.get();
    const [marker] = [...cart.account.markers].find(([, fate]) => fate === 'present') ?? [];
    const line = view.lines.find(({ attributes }) => attributes['marker'] === marker);
    if (marker === undefined || !line) throw new Error('The marker is not in the view.');
    return { account: cart.account, view, marker, line };
  }

  const kinds = (faults: ReturnType<typeof compareCart>) => faults.map(({ kind }) => kind);

  test('finds a marker that is lost', async () => {
    const { account, view, line } = await sample();
    const lines: CartView['lines'] = view.lines.filter((other) => other !== line);
    expect(kinds(compareCart(account, { lines }))).toEqual(['lost']);
  });

  test('finds a marker that is there twice', async () => {
    const { account, view, line } = await sample();
    expect(kinds(compareCart(account, { lines: [...view.lines, { ...line, id: 'l999' }] }))).toEqual([
      'doubled',
    ]);
    const twice = view.lines.map((other) => (other === line ? { ...line, quantity: 2 } : other));
    expect(kinds(compareCart(account, { lines: twice }))).toEqual(['doubled']);
  });

  test('finds a unit too many and a unit too few where units are only counted', async () => {
    const { account, view } = await sample();
    for (const off of [1, -1]) {
      const falsified = { ...account, counted: account.counted + off };
      expect(kinds(compareCart(falsified, view))).toEqual(['miscounted']);
    }
  });

  test('finds a falsified ledger on the living system', async () => {
    const { account, marker } = await sample();
    const ledger = report.ledger.clone();
    const falsified = ledger.account(account.cart).markers;
    falsified.delete(marker);
    falsified.set('never-sent', 'present');
    const faults = await verifyCarts(stack, report.carts, ledger);
    expect(kinds(faults).sort()).toEqual(['lost', 'stranger']);
  });
});
