/** For runs that nobody needs to the end: a stop signal ends them where they are, with one sentence. */
import { onStopSignals } from './on-stop-signals.ts';

const SENTENCE = 'Interrupted. What it had started is being stopped, and is gone in a few seconds.';
const LOOK_EVERY_MS = 500;

/** To be called before anything is started with end-with-owner.ts, which does the stopping. */
export function endAtOnce(): void {
  const end = async () => {
    process.stderr.write(`\n${SENTENCE}\n`);
    process.exit(130);
  };
  onStopSignals(end);
  if (process.env['npm_lifecycle_event'] !== undefined) endWithShell(end);
}

/** npm hands a polite kill to its shell only, and that does not pass it on. */
function endWithShell(end: () => Promise<void>): void {
  const shell = process.ppid;
  setInterval(() => process.ppid !== shell && void end(), LOOK_EVERY_MS).unref();
}
