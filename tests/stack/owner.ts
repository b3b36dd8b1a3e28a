/** For orphans.test.ts: starts a stack as a series does, says that it is up, and waits to be ended. */
import { endAtOnce } from '../../scripts/local/end-at-once.ts';
import { startTestStack } from '../support/stack.ts';

endAtOnce();
await startTestStack({ apis: 0, workers: 0, catalogue: 'none' });
console.log('up');
