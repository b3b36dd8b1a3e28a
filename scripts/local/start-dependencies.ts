/**
 * The servers that the shop needs: PostgreSQL and Temporal, each yours when you name it, else started here.
 */
import postgres from 'postgres';
import { readJson, writeJson } from './data-folder.ts';
import { type FoundTemporal, findTemporal } from './find-temporal.ts';
import { findPort } from './find-ports.ts';
import { prepareCluster } from './postgres-cluster.ts';
import { type Databases, ensureShopDatabase } from './postgres-databases.ts';
import { createReporter, type Reporter, silentReporter } from './reporter.ts';
import { readSecrets } from './secrets.ts';
import { type Session, openSession } from './session.ts';
import { describeTemporalCli } from './temporal-cli.ts';
import { ensureNamespace } from './temporal-namespace.ts';
import { ensureOwnNamespace } from './temporal-remote.ts';
import {
  INNER_PORTS,
  describeTemporalServer,
  prepareTemporalDatabases,
  temporalDatabases,
} from './temporal-server.ts';
import { describeTemporalUi } from './temporal-ui.ts';
import { UserError } from './user-error.ts';

export type PortName =
  | 'api'
  | 'temporal'
  | 'temporalUi'
  | 'postgres'
  | 'worker'
  | 'payments'
  | 'inbox'
  | 'inboxSmtp';

export interface DependencyOptions {
  environment: NodeJS.ProcessEnv;
  withUi: boolean;
  /** Ports tried first; absent: any free ones. */
  preferredPorts?: Partial<Record<PortName, number>>;
  /** Ports that must be exactly these. */
  askedPorts?: Partial<Record<PortName, { port: number; by: string }>>;
}

export interface Dependencies {
  /** The owner's: for migrations. */
  databaseUrl: string;
  /** The running processes'; the same where PostgreSQL is yours. */
  databaseService: string;
  /** Absent when PostgreSQL is yours: then the role is yours to make. */
  databaseReadOnly?: string;
  temporalAddress: string;
  temporalNamespace: string;
  temporalUi?: string;
  /** It was there before: nothing of it is started or stopped here. */
  isTemporalYours: boolean;
}

/** Hands out the session's ports: asked for, else those of the last start on this folder, else the defaults, else any. */
export class PortBook {
  readonly #session: Session;
  readonly #options: DependencyOptions;
  readonly #reserved = new Set<number>();
  readonly #last: Record<string, number>;

  constructor(session: Session, options: DependencyOptions) {
    this.#session = session;
    this.#options = options;
    this.#last = readJson<Record<string, number>>(session.folder.file('ports.json')) ?? {};
  }

  /** `key` tells several ports of one kind apart: `api-2` is an `api` port. */
  async take(name: PortName, key: string = name, label: string = key): Promise<number> {
    const asked = key === name || key.endsWith('-1') ? this.#options.askedPorts?.[name] : undefined;
    const preferred = this.#last[key] ?? this.#default(name, key);
    const wish = { label, preferred, ...(asked && { asked: asked.port, askedBy: asked.by }) };
    const port = await findPort(wish, this.#reserved);
    if (!asked && preferred !== undefined && port !== preferred) {
      this.#session.report.note(`Port ${preferred} is taken, so ${label} is on ${port}.`);
    }
    this.#remember(key, port);
    return port;
  }

  /** `worker-2` comes after `worker-1`: 9091. */
  #default(name: PortName, key: string): number | undefined {
    const first = this.#options.preferredPorts?.[name];
    return first === undefined ? undefined : first + Number(/-(\d+)$/.exec(key)?.[1] ?? 1) - 1;
  }

  /** Ports that no one outside sees. The same ones at the next start, so that Temporal's members find each other again. */
  async takeInner(count: number): Promise<number[]> {
    const ports: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const key = `inner-${index}`;
      const port = await findPort({ label: key, preferred: this.#last[key] }, this.#reserved);
      this.#remember(key, port);
      ports.push(port);
    }
    return ports;
  }

  #remember(key: string, port: number): void {
    this.#last[key] = port;
    writeJson(this.#session.folder.file('ports.json'), this.#last);
  }
}

interface Ground extends Databases {
  /** Where Temporal's own databases go, and how their names begin. */
  temporalUrl: string;
  temporalPrefix: string;
}

/** Brings both up and answers where they are. The slow parts run side by side. */
export async function bringUpDependencies(
  session: Session,
  options: DependencyOptions,
  ports: PortBook,
): Promise<Dependencies> {
  const finding = findTemporal({ ...options, report: session.report, signal: session.stopping });
  const [ground, found] = await Promise.all([bringUpPostgres(session, options, ports), finding]);
  const temporal = await bringUpTemporal(session, options, ports, found, ground);
  const { databaseUrl, databaseService, databaseReadOnly } = ground;
  return { databaseUrl, databaseService, ...(databaseReadOnly && { databaseReadOnly }), ...temporal };
}

async function bringUpPostgres(
  session: Session,
  { environment }: DependencyOptions,
  ports: PortBook,
): Promise<Ground> {
  const own = environment['DATABASE_URL'];
  if (own) return useOwnPostgres(session.report, own);
  return session.report.step('PostgreSQL', async (progress) => {
    const port = await ports.take('postgres', 'postgres', 'PostgreSQL');
    progress('making the database folder');
    const secrets = readSecrets(session.folder);
    const cluster = await prepareCluster(session.folder, port, secrets.SUPERUSER_PASSWORD, session.stopping);
    if (cluster.movedTo)
      session.report.note(
        `PostgreSQL refuses to run as root, and its own account cannot pass ${session.folder.path}; its files are in ${cluster.movedTo}`,
      );
    progress('starting');
    await session.start(cluster.component);
    const databases = await ensureShopDatabase(cluster.adminUrl, {
      shop: secrets.SHOP_PASSWORD,
      reader: secrets.READER_PASSWORD,
      service: secrets.SERVICE_PASSWORD,
    });
    return { ...databases, temporalUrl: cluster.adminUrl, temporalPrefix: '' };
  });
}

async function useOwnPostgres(report: Reporter, url: string): Promise<Ground> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    await sql`select 1`;
  } catch (error) {
    throw new UserError(`The PostgreSQL of DATABASE_URL does not answer: ${(error as Error).message}`);
  } finally {
    await sql.end({ timeout: 1 });
  }
  report.note('PostgreSQL: yours, by DATABASE_URL');
  const name = new URL(url).pathname.slice(1) || 'cartwright';
  return {
    databaseUrl: url,
    databaseService: url,
    databaseReadOnly: '',
    temporalUrl: url,
    temporalPrefix: `${name}_`,
  };
}

type TemporalPlace = Pick<
  Dependencies,
  'temporalAddress' | 'temporalNamespace' | 'temporalUi' | 'isTemporalYours'
>;

async function bringUpTemporal(
  session: Session,
  options: DependencyOptions,
  ports: PortBook,
  found: FoundTemporal,
  ground: Ground,
): Promise<TemporalPlace> {
  if (found.kind === 'address') {
    const namespace = await ensureOwnNamespace(options.environment);
    session.report.note(`Temporal: yours, at ${found.address}, namespace ${namespace}`);
    return { temporalAddress: found.address, temporalNamespace: namespace, isTemporalYours: true };
  }
  const port = await ports.take('temporal', 'temporal', 'Temporal');
  const uiPort = options.withUi ? await ports.take('temporalUi', 'temporal-ui', 'Temporal UI') : undefined;
  const address = `127.0.0.1:${port}`;
  await session.report.step('Temporal', async (progress) => {
    if (found.kind === 'cli')
      await session.start(describeTemporalCli(session.folder, found.program, port, uiPort));
    else await startBuiltServer(session, found, port, ports, ground, progress);
    progress('namespace');
    await ensureNamespace(address, 'default');
  });
  const hasUi =
    found.kind === 'cli' ? uiPort !== undefined : await startUi(session, found.ui, uiPort, address);
  return {
    temporalAddress: address,
    temporalNamespace: 'default',
    isTemporalYours: false,
    ...(hasUi && { temporalUi: `http://127.0.0.1:${uiPort}` }),
  };
}

async function startBuiltServer(
  session: Session,
  built: FoundTemporal & { kind: 'built' },
  port: number,
  ports: PortBook,
  ground: Ground,
  progress: (detail: string) => void,
): Promise<void> {
  const databases = temporalDatabases(ground.temporalUrl, ground.temporalPrefix);
  progress('tables');
  await prepareTemporalDatabases(ground.temporalUrl, databases, built);
  progress('starting');
  const inner = await ports.takeInner(INNER_PORTS);
  await session.start(describeTemporalServer(session.folder, built, { frontend: port, inner }, databases));
}

/** The web page is a comfort: when it fails, the rest starts all the same. */
async function startUi(
  session: Session,
  program: string | undefined,
  port: number | undefined,
  address: string,
): Promise<boolean> {
  if (!program || port === undefined) return false;
  try {
    await session.report.step('Temporal UI', () =>
      session.start(describeTemporalUi(session.folder, program, port, address)),
    );
    return true;
  } catch (error) {
    if (session.stopping.aborted) throw error;
    session.report.warn(`Temporal UI did not start; everything else goes on. ${(error as Error).message}`);
    return false;
  }
}

export interface StartedDependencies {
  databaseUrl: string;
  temporalAddress: string;
  stop(): Promise<void>;
}

/**
 * For tests: PostgreSQL and Temporal on free ports, without migrations. DATABASE_URL and TEMPORAL_ADDRESS of the environment are
 * used where they are set. Throws (and stops what it had started) when one of them cannot be had.
 */
export async function startDependencies(options: {
  dataDir: string;
  isVerbose?: boolean;
}): Promise<StartedDependencies> {
  const session = await openSession(
    options.dataDir,
    options.isVerbose ? createReporter(process.stderr) : silentReporter,
  );
  const dependencyOptions = { environment: process.env, withUi: false };
  try {
    const { databaseUrl, temporalAddress } = await bringUpDependencies(
      session,
      dependencyOptions,
      new PortBook(session, dependencyOptions),
    );
    return { databaseUrl, temporalAddress, stop: () => session.stop() };
  } catch (error) {
    await session.stop();
    throw error;
  }
}
