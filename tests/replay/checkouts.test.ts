/** Checkouts under way must go on under today's code: every recorded one replays command for command, and comes to the same end. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { buildWorkflowBundle } from '../../worker/bundle.ts';
import { quietRuntime } from '../support/worker.ts';

const FOLDER = path.join(import.meta.dirname, 'checkouts');
/** Of every released form of the workflow: `v1` has ordinary activities only, `v2` does its transactions inside the workflow task, `v3` publishes its view. */
const FORMS = readdirSync(FOLDER).sort();
const recordedIn = (form: string): string[] =>
  readdirSync(path.join(FOLDER, form)).filter((name) => name.endsWith('.json'));

describe.each(FORMS)('a recorded checkout of %s', (form) => {
  test('is there for every way to end', () => {
    const ends = ['completed', 'declined', 'cancelled', 'expired', 'refunded', 'refused'];
    expect(recordedIn(form).sort()).toEqual(ends.map((end) => `${end}.json`).sort());
  });

  test.each(recordedIn(form))('replays: %s', async (name) => {
    quietRuntime();
    const history = historyFromJSON(JSON.parse(readFileSync(path.join(FOLDER, form, name), 'utf8')));
    const workflowBundle = { codePath: await buildWorkflowBundle() };
    await Worker.runReplayHistory({ workflowBundle, replayName: name }, history, 'checkout:recorded:1');
  });
});
