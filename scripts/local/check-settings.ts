/** Refuses settings that no process would start with, before anything is brought up. */
import { readConfig } from '../../config.ts';
import { UserError } from './user-error.ts';

/** Throws a UserError with one sentence for each mistake. */
export function checkSettings(environment: NodeJS.ProcessEnv): void {
  try {
    readConfig(environment);
  } catch (error) {
    throw new UserError((error as Error).message);
  }
}
