/** Checkouts under way must go on under today's code: every recorded one replays command for command, and comes to the same end. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { buildWorkflowBundle } from '../../worker/bundle.ts';
import { quietRuntime } from '../support/worker.ts';

const FOLDER = path.join(import.meta.dirname, 'checkouts', 'v1');
const recorded = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

describe('a recorded checkout', () => {
  test('is there for every way to end', () => {
    const ends = ['completed', 'declined', 'cancelled', 'expired', 'refunded', 'refused'];
    expect(recorded.sort()).toEqual(ends.map((end) => `${end}.json`).sort());
  });

  test.each(recorded)('replays: %s', async (name) => {
    quietRuntime();
    const history = historyFromJSON(JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')));
    const workflowBundle = { codePath: await buildWorkflowBundle() };
    await Worker.runReplayHistory({ workflowBundle, replayName: name }, history, 'checkout:recorded:1');
  });
});
