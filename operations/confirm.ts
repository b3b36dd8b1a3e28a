/** Asks a person before something is done that cannot be undone. A script says --yes. */
import { createInterface } from 'node:readline/promises';
import { EXIT, Failure } from './failure.ts';

/** Throws unless somebody types `yes`; where nobody can type, at once. */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Failure('Nobody is here to be asked; say --yes if it is meant.', EXIT.usage);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} Type yes: `).finally(() => {
    terminal.close();
  });
  if (answer.trim().toLowerCase() !== 'yes') throw new Failure('Nothing was done.', EXIT.failed);
}
