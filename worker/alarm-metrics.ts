/** cartwright_alarms_open{kind}: what waits for a person (table alarms, of the whole shop: take any worker's). Alert on any above 0. */
import type { Meter } from '@opentelemetry/api';
import type { OpenAlarms } from '../database/alarms.ts';

export interface AlarmMetrics {
  /** Asked whenever somebody reads the metrics. */
  watchAlarms(read: () => Promise<OpenAlarms[]>): void;
}

export function createAlarmMetrics(meter: Meter): AlarmMetrics {
  const open = meter.createObservableGauge('cartwright_alarms_open', {
    description: 'Alarms that wait for a person, by kind.',
  });
  return {
    watchAlarms(read) {
      open.addCallback(async (result) => {
        const alarms = await read().catch(() => undefined);
        for (const { kind, count } of alarms ?? []) result.observe(count, { kind });
      });
    },
  };
}
