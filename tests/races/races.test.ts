/** The short version of `npm run test:races`: nothing is sold twice, nothing stays held, whoever is cut off in the middle. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { runRaces } from './run-races.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({});
});
afterAll(() => database.drop());

test('twelve races for 1, 2, 10 and 100 units sell what is wanted and there, and leave nothing behind', {
  timeout: 180_000,
}, async () => {
  const report = await runRaces({ url: database.url, races: 12, seed: 20_261_121 });
  expect(report.faults).toEqual([]);
  expect(report.orders).toBeGreaterThan(30);
  expect(report.samples).toBeGreaterThan(20);
  expect(report.kills).toBeGreaterThan(0);
});
