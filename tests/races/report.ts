/** The figures of a series in one line. */
import type { RoundsReport } from './run-checkout-rounds.ts';
import type { PaymentsReport } from './run-payments.ts';
import type { StockRacesReport } from './run-stock-races.ts';
import type { FrameReport } from './series.ts';

export interface Line {
  line: string;
  faults: readonly string[];
}

/** How often the audit counted this. */
function counted(faults: readonly string[], what: string): number {
  const fault = faults.find((text) => text.endsWith(` ${what}`));
  return fault === undefined ? 0 : Number.parseInt(fault, 10);
}

function withFrame(words: readonly string[], frame: FrameReport): Line {
  const { faults, kills, samples, settledAfter, seconds } = frame;
  const orphans = [
    `${counted(faults, 'orphan orders')} orphan orders`,
    `${counted(faults, 'orphan holds')} orphan holds`,
    `${counted(faults, 'paid without an order')} paid without an order`,
  ];
  const course = [
    `nothing left over after ${settledAfter} s`,
    `${samples} samples of the books`,
    `${kills} kills`,
    `${seconds} s`,
    faults.length === 0 ? 'no faults' : `${faults.length} FAULTS`,
  ];
  return { line: [...words, ...orphans, ...course].join(', '), faults };
}

export const lineOfStockRaces = (report: StockRacesReport): Line =>
  withFrame(
    [
      `${report.races} races`,
      `${report.buyers} buyers`,
      `${report.orders} orders`,
      `${report.oversold} oversold`,
      `${report.undersold} undersold`,
      JSON.stringify(report.outcomes),
    ],
    report,
  );

export const lineOfRounds = (report: RoundsReport): Line =>
  withFrame(
    [
      `${report.rounds} rounds`,
      `${report.checkouts} checkouts`,
      `${report.orders} orders`,
      `${report.payments} payments`,
      `${report.webhookFirst} with the event first`,
    ],
    report,
  );

export const lineOfPayments = (report: PaymentsReport): Line =>
  withFrame(
    [
      `${report.payments} payments`,
      `${report.events} deliveries of events`,
      `${report.sets} different sets`,
      `${report.paid} paid`,
      `${report.slowest} s from money to order at most`,
    ],
    report,
  );
