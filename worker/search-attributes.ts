/** Registers the search attributes of our workflows and verifies them: an unregistered one would wedge every cart. */
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';

/** Temporal's IndexedValueType numbers for the types that we use. */
const INDEXED_VALUE_TYPE: Record<string, number> = { KEYWORD: 2, INT: 3, DATETIME: 6 };

const INVALID_ARGUMENT = 3;
const ALREADY_EXISTS = 6;

/** A minute: servers read their namespaces anew every ten seconds or so. */
const TRIES = 300;
const PAUSE_MS = 200;

async function missingAttributes(connection: NativeConnection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTES.map((key) => key.name).filter((name) => customAttributes[name] === undefined);
}

async function addMissing(connection: NativeConnection, namespace: string, missing: string[]): Promise<void> {
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
}

/** Asks for carts by all of them: the server lists new attributes some ten seconds before it accepts them. */
async function areAccepted(connection: NativeConnection, namespace: string): Promise<boolean> {
  const query = SEARCH_ATTRIBUTES.map(({ name }) => `${name} IS NULL`).join(' AND ');
  return connection.workflowService.countWorkflowExecutions({ namespace, query }).then(
    () => true,
    (error: { code?: number }) => {
      if (error.code === INVALID_ARGUMENT) return false;
      throw error;
    },
  );
}

/**
 * Adds what is missing, then waits until the server accepts it. Safe from several workers at once. Throws when the attributes
 * cannot be registered (Temporal Cloud: create them in its console first).
 */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const missing = await missingAttributes(connection, namespace);
  if (missing.length > 0) await addMissing(connection, namespace, missing);
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await areAccepted(connection, namespace)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const names = SEARCH_ATTRIBUTES.map(({ name }) => name).join(', ');
  throw new Error(`Temporal does not accept the search attributes ${names} in namespace ${namespace}.`);
}
