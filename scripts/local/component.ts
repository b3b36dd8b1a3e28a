/**
 * A part of the local stack as plain data: what to run and how to tell that it is ready. Kept in the data folder, so that any
 * process can start a killed part again exactly as it was.
 */
import type { DataFolder } from './data-folder.ts';
import { readJson, writeJson } from './data-folder.ts';
import { type ProcessIdentity, isAlive } from './process-identity.ts';

export type Readiness =
  | { kind: 'http'; url: string }
  | { kind: 'postgres'; url: string }
  | { kind: 'temporal'; address: string };

export interface Component {
  name: string;
  /** Components of one stage start and stop together; lower stages start first and stop last. */
  stage: number;
  command: string;
  args: string[];
  cwd: string;
  /** Added to the caller's environment. */
  env: Record<string, string>;
  /** False for servers that would take foreign settings from the environment (PG*, TEMPORAL_*): they get only the basics. */
  inheritsEnvironment: boolean;
  /** Runs under this account (only possible as root). */
  account?: { uid: number; gid: number } | undefined;
  ready: Readiness;
  readyWithinMs: number;
  stopSignal: 'SIGTERM' | 'SIGINT';
  stopWithinMs: number;
  /** Parts without which this one can never become ready. */
  needs: string[];
  /** A PostgreSQL data folder that must be free of leftovers before this starts. */
  cluster?: string;
}

export const STAGE = {
  postgres: 0,
  temporal: 1,
  temporalUi: 2,
  payments: 3,
  inbox: 3,
  worker: 3,
  api: 4,
} as const;

const BASICS = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'SystemRoot', 'USER', 'LOGNAME'];

/** The environment that the component's process gets. */
export function environmentOf(component: Component): Record<string, string> {
  const inherited = component.inheritsEnvironment
    ? Object.entries(process.env)
    : BASICS.map((name) => [name, process.env[name]] as const);
  const whole = [...inherited, ...Object.entries(component.env)];
  return Object.fromEntries(whole.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** What a part is called for people: `api-1` → `API 1`. */
export function titleOf(name: string): string {
  const titles: Record<string, string> = {
    postgres: 'PostgreSQL',
    temporal: 'Temporal',
    'temporal-ui': 'Temporal UI',
    payments: 'Test payments',
    inbox: 'Inbox',
  };
  return (
    titles[name] ??
    name
      .replace(/^api/, 'API')
      .replace(/^worker/, 'Worker')
      .replace('-', ' ')
  );
}

const stackFile = (folder: DataFolder) => folder.file('stack.json');

/** Adds or replaces components in the stack's description. */
export function rememberComponents(folder: DataFolder, components: Component[]): void {
  const names = new Set(components.map(({ name }) => name));
  const others = recallComponents(folder).filter(({ name }) => !names.has(name));
  writeJson(
    stackFile(folder),
    [...others, ...components].sort((a, b) => a.stage - b.stage),
  );
}

export const forgetComponents = (folder: DataFolder): void => writeJson(stackFile(folder), []);

/** The stack's parts in the order in which they start. */
export const recallComponents = (folder: DataFolder): Component[] =>
  readJson<Component[]>(stackFile(folder)) ?? [];

const processFile = (folder: DataFolder, name: string) => folder.file('processes', `${name}.json`);

export const recordProcess = (folder: DataFolder, name: string, identity: ProcessIdentity): void =>
  writeJson(processFile(folder, name), identity);

/** The component's living process, whoever started it; undefined when it is down. */
export function livingProcess(folder: DataFolder, name: string): ProcessIdentity | undefined {
  const recorded = readJson<ProcessIdentity>(processFile(folder, name));
  return recorded && isAlive(recorded) ? recorded : undefined;
}

export const logFileOf = (folder: DataFolder, name: string): string => folder.file('logs', `${name}.log`);
