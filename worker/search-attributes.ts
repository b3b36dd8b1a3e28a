/** Registers the search attributes of our workflows and verifies them: an unregistered one would wedge every cart. */
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';

/** Temporal's IndexedValueType numbers for the types that we use. */
const INDEXED_VALUE_TYPE: Record<string, number> = { KEYWORD: 2, INT: 3, DATETIME: 6 };

const ALREADY_EXISTS = 6;

async function missingAttributes(connection: NativeConnection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTES.map((key) => key.name).filter((name) => customAttributes[name] === undefined);
}

/**
 * Adds what is missing, then waits until the server shows it. Safe from several workers at once. Throws when the attributes cannot
 * be registered (Temporal Cloud: create them in its console first).
 */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const missing = await missingAttributes(connection, namespace);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(
    SEARCH_ATTRIBUTES.filter((key) => missing.includes(key.name)).map((key) => [
      key.name,
      INDEXED_VALUE_TYPE[key.type] as number,
    ]),
  );
  await connection.operatorService
    .addSearchAttributes({ namespace, searchAttributes })
    .catch((error: { code?: number }) => {
      if (error.code !== ALREADY_EXISTS) throw error;
    });
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await missingAttributes(connection, namespace)).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(
    `Temporal does not show the search attributes ${missing.join(', ')} in namespace ${namespace}.`,
  );
}
