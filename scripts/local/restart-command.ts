/**
 * The shell command that brings one component back. It works from any folder and with whatever Node started the stack.
 */
import { join } from 'node:path';
import { ROOT } from './data-folder.ts';

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The command for a POSIX shell; safe for paths with spaces and quotes. */
export function restartCommand(name: string, dataDir: string): string {
  const words = [
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    join(ROOT, 'scripts/restart.ts'),
    name,
    '--data',
    dataDir,
  ];
  return words.map(quote).join(' ');
}
