/** What the series over HTTP have in common: a running system, lanes that work side by side, somebody who looks on, and somebody who kills. */
import { connect, type Sql } from '../../database/client.ts';
import { createDice, type Dice, pause } from '../chaos/random.ts';
import { eventually } from '../support/eventually.ts';
import type { TestStack } from '../support/stack.ts';
import { auditBooks, auditPayments } from './audit-books.ts';
import { startKilling } from './kill-parts.ts';
import { type Referee, startReferee } from './referee.ts';

/** Settings under which the series run: who never pays gives the units back within seconds. */
export const SERIES_ENVIRONMENT = { PAYMENT_WAIT: '7s', HOLD_LIFE: '14s', LOG_LEVEL: 'warn' };

/** The promise: a minute after the last act nothing is held any more. */
const ORPHAN_MS = 60_000;

export interface SeriesOptions {
  stack: TestStack;
  count: number;
  seed: number;
  /** Parts killed per minute. */
  killsPerMinute: number;
  onDone?: (done: number) => void;
}

export interface Turn {
  index: number;
  lane: number;
  dice: Dice;
}

export interface Frame {
  sql: Sql;
  referee: Referee;
  /** Runs `count` turns on so many lanes, in order of their numbers. */
  onLanes: (lanes: number, turn: (turn: Turn) => Promise<void>) => Promise<void>;
}

export interface FrameReport {
  kills: number;
  samples: number;
  seconds: number;
  /** Seconds after the last act until nothing was held. */
  settledAfter: number;
  /** Sentences; empty when all is well. */
  faults: string[];
}

/** Sets what the payment provider does wrong from now on. It may be away: asked again. */
export const setFaults = (stack: TestStack, faults: object): Promise<unknown> =>
  eventually(
    async () =>
      (
        await fetch(`${stack.info.payments}/faults`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(faults),
        })
      ).ok,
    { within: 30_000, every: 200 },
  );

/** Until nothing is held and all money has its order, at most a minute; what is left then is for the audit to name. */
async function untilSettled(sql: Sql): Promise<number> {
  const startedAt = Date.now();
  while (Date.now() - startedAt < ORPHAN_MS) {
    const left = [...(await auditBooks(sql)), ...(await auditPayments(sql))];
    if (left.length === 0) break;
    await pause(500);
  }
  return Math.round((Date.now() - startedAt) / 1_000);
}

/** Runs a series, with referee and killer, and audits the books after it. */
export async function runSeries(
  { stack, count, seed, killsPerMinute, onDone }: SeriesOptions,
  run: (frame: Frame) => Promise<void>,
): Promise<FrameReport> {
  const startedAt = Date.now();
  const sql = connect(stack.info.database, { max: 8, name: 'referee', statementTimeoutMs: 30_000 });
  const referee = startReferee(sql, { everyMs: 200, sweeps: false });
  const stopKilling = startKilling(stack, createDice(seed + 1), killsPerMinute);
  const dice = createDice(seed);
  const seeds = Array.from({ length: count }, () => dice.whole(0, 2 ** 31));
  let next = 0;
  let done = 0;
  const onLanes: Frame['onLanes'] = async (lanes, turn) => {
    const work = async (lane: number) => {
      while (next < count) {
        const index = next;
        next += 1;
        await turn({ index, lane, dice: createDice(seeds[index] ?? 0) });
        done += 1;
        onDone?.(done);
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
  };
  try {
    await run({ sql, referee, onLanes });
    const kills = await stopKilling();
    const settledAfter = await untilSettled(sql);
    const { samples, violations } = await referee.stop();
    const faults = [...violations, ...(await auditBooks(sql)), ...(await auditPayments(sql))];
    return { kills, samples, settledAfter, faults, seconds: Math.round((Date.now() - startedAt) / 1_000) };
  } finally {
    await stopKilling();
    await referee.stop();
    await sql.end({ timeout: 2 });
  }
}
