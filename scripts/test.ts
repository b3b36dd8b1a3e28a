/**
 * `npm test`: every suite once, with coverage, and a last line that machines read: `N passed, N failed`. Arguments go to vitest:
 * `npm test -- tests/unit`.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { endAtOnce } from './local/end-at-once.ts';
import { runVitest } from './local/run-vitest.ts';

const REPORT = '.build/test-results.json';
const given = process.argv.slice(2);
const coverage = given.length === 0 ? ['--coverage'] : [];

mkdirSync('.build', { recursive: true });
rmSync(REPORT, { force: true });
endAtOnce();
const status = await runVitest([
  '--reporter=default',
  '--reporter=./tests/support/second-tries.ts',
  '--reporter=json',
  `--outputFile.json=${REPORT}`,
  ...coverage,
  ...given,
]);

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  success: boolean;
}

function readReport(): Report | undefined {
  try {
    return JSON.parse(readFileSync(REPORT, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}

const report = readReport();
const passed = report?.numPassedTests ?? 0;
// A file that fails to load has no failed test of its own, and still is a failure.
const failed = report ? Math.max(report.numFailedTests, report.success ? 0 : 1) : 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = status === 0 && passed > 0 && failed === 0 ? 0 : 1;
