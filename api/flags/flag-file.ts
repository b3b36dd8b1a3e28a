/**
 * The file of switches: read at start and again whenever it changes. A file that is missing or broken changes nothing: the last good
 * switches stay, and the log says why. Polled, because that works for mounted files that are replaced by a link (Kubernetes) too.
 */
import { readFileSync } from 'node:fs';
import { type Feature, isFeature } from '../../contract/features.ts';
import type { Logger } from '../log.ts';

export type Switches = Partial<Record<Feature, boolean>>;

/** Milliseconds between two looks at the file. */
const LOOK_EVERY_MS = 1_000;

/** `{"merge": false}` → switches, and names that mean nothing here. Throws for anything that is not an object of booleans. */
export function readSwitches(text: string): { switches: Switches; unknown: string[] } {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('it must be one JSON object');
  }
  const entries = Object.entries(value);
  for (const [name, on] of entries) {
    if (typeof on !== 'boolean') throw new Error(`'${name}' must be true or false`);
  }
  return {
    switches: Object.fromEntries(entries.filter(([name]) => isFeature(name))),
    unknown: entries.map(([name]) => name).filter((name) => !isFeature(name)),
  };
}

export interface FlagFile {
  /** The last good switches. */
  current(): Switches;
  close(): void;
}

export interface FlagFileOptions {
  path: string;
  log: Logger;
  onChange: () => void;
  lookEveryMs?: number;
}

/** Text of the file, or why there is none. Synchronous: a few bytes, and the first answers must know the switches. */
function look(path: string): { text: string } | { reason: string } {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Reads at once, then follows the file until it is closed. Never throws: without a readable file there are no switches. */
export function followFlagFile({
  path,
  log,
  onChange,
  lookEveryMs = LOOK_EVERY_MS,
}: FlagFileOptions): FlagFile {
  let switches: Switches = {};
  let last: string | undefined;
  const take = (text: string): void => {
    const { switches: next, unknown } = readSwitches(text);
    switches = next;
    if (unknown.length > 0) log.warn({ path, unknown }, 'the feature flag file names unknown features');
    log.info({ path, switches }, 'feature flags read');
    onChange();
  };
  const complain = (reason: string): void =>
    log.error({ path, reason, switches }, 'the feature flag file cannot be used; the last good flags stay');
  // The text itself is compared: times of change are too coarse to tell two quick changes apart.
  const refresh = (): void => {
    const seen = look(path);
    const now = JSON.stringify(seen);
    if (now === last) return;
    last = now;
    if ('reason' in seen) return complain(seen.reason);
    try {
      take(seen.text);
    } catch (error) {
      complain(error instanceof Error ? error.message : String(error));
    }
  };
  refresh();
  const timer = setInterval(refresh, lookEveryMs).unref();
  return { current: () => switches, close: () => clearInterval(timer) };
}
