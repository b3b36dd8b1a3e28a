/**
 * `npm run docs`: writes the reference pages that are made from code. A test makes them again and compares, so that they cannot
 * fall behind.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { configurationPage } from './docs/configuration-page.ts';
import { errorsPage } from './docs/errors-page.ts';
import { messagesPage } from './docs/messages-page.ts';
import { ROOT } from './local/data-folder.ts';

/** Path under docs/ → text. */
export const generatedPages = (): Record<string, string> => ({
  'reference/errors.md': errorsPage(),
  'reference/configuration.md': configurationPage(),
  'reference/messages.md': messagesPage(),
});

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [name, text] of Object.entries(generatedPages())) {
    writeFileSync(path.join(ROOT, 'docs', name), text);
    console.log(`docs/${name}`);
  }
}
