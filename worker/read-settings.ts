/** The worker's settings, looked at before anything is begun: a mistake ends the process with a sentence for each, and no stack trace. */
import { type Config, readConfig } from '../config.ts';
import { createProviders } from '../payments/create-providers.ts';
import { checkMailSettings } from './create-mail-sender.ts';

export function readSettings(): { config: Config; payments: ReturnType<typeof createProviders> } {
  try {
    const config = readConfig();
    checkMailSettings(config);
    return { config, payments: createProviders(config) };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
