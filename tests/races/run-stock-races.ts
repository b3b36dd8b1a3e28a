/** A series of races for stock through the whole system: API, workers, Temporal, PostgreSQL, payment provider. */
import { type FrameReport, runSeries, type SeriesOptions, setFaults } from './series.ts';
import { type Crowd, runStockRace } from './stock-race.ts';

const LANES = 8;

/** One payment in so many is made, and its answer lost. */
const LOST_EVERY = 2;

export interface StockRacesReport extends FrameReport {
  races: number;
  buyers: number;
  orders: number;
  oversold: number;
  undersold: number;
  outcomes: Record<string, number>;
}

export async function runStockRaces(options: SeriesOptions): Promise<StockRacesReport> {
  const { stack, count, seed } = options;
  const totals = { races: 0, buyers: 0, orders: 0, oversold: 0, undersold: 0 };
  const outcomes: Record<string, number> = {};
  const faults: string[] = [];
  await setFaults(stack, { lostAnswers: Math.ceil(count / LOST_EVERY) });
  const frame = await runSeries(options, async ({ sql, referee, onLanes }) => {
    const crowds: Crowd[] = Array.from({ length: LANES }, () => []);
    await onLanes(LANES, async ({ index, lane, dice }) => {
      const name = `${seed}-${index}`;
      const crowd = crowds[lane] ?? [];
      const { expectInitial } = referee;
      const race = await runStockRace({ api: stack.api, sql, name, index, dice, crowd, expectInitial });
      const due = Math.min(race.units, race.wanted);
      totals.races += 1;
      totals.buyers += race.buyers;
      totals.orders += race.outcomes['completed'] ?? 0;
      if (race.sold > race.units) totals.oversold += 1;
      if (race.sold < due) totals.undersold += 1;
      if (race.sold !== due)
        faults.push(`race ${name}: ${race.sold} of ${race.units} sold, ${race.wanted} wanted`);
      for (const [outcome, times] of Object.entries(race.outcomes))
        outcomes[outcome] = (outcomes[outcome] ?? 0) + times;
    });
  });
  await setFaults(stack, {});
  return { ...totals, outcomes, ...frame, faults: [...faults, ...frame.faults] };
}
