/** For runs that nobody needs to the end: a stop signal ends them where they are, with one sentence. */
import { onStopSignals } from './on-stop-signals.ts';

const SENTENCE = 'Interrupted. What it had started is being stopped, and is gone in a few seconds.';

/** To be called before anything is started with end-with-owner.ts, which does the stopping. */
export function endAtOnce(): void {
  const end = async () => {
    process.stderr.write(`\n${SENTENCE}\n`);
    process.exit(130);
  };
  onStopSignals(end);
  // tsx, which runs us, was killed.
  process.once('disconnect', () => void end());
}
