/**
 * Child of download-temporal.ts: lets the SDK download its development server, starts it once to see that it works, and ends.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const downloadDir = process.argv[2];
if (!downloadDir) throw new Error('usage: download-temporal-child.ts FOLDER');
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir, ttl: '365 days' }, ip: '127.0.0.1' },
});
await environment.teardown();
