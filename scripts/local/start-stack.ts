/**
 * The whole local stack on one data folder: PostgreSQL, Temporal, tables, catalogue, workers, APIs, each started when what it
 * needs is ready.
 */
import { type Sql, connect } from '../../database/client.ts';
import { loadCatalogue } from '../../database/load-catalogue.ts';
import { migrate } from '../../database/migrate.ts';
import { SETTINGS } from '../../config.ts';
import { buildBundle } from './build-bundle.ts';
import { checkSettings } from './check-settings.ts';
import { compileParts } from './compile-parts.ts';
import { type Component, livingProcess, recallComponents, titleOf } from './component.ts';
import {
  describeApi,
  describeInbox,
  describePayments,
  describeWorker,
  type Environment,
} from './describe-parts.ts';
import type { Reporter } from './reporter.ts';
import { restartCommand } from './restart-command.ts';
import { shopSecrets } from './secrets.ts';
import { type Session, openSession } from './session.ts';
import {
  type Dependencies,
  type DependencyOptions,
  PortBook,
  bringUpDependencies,
} from './start-dependencies.ts';
import { supervise } from './supervisor.ts';

export interface StackOptions extends DependencyOptions {
  dataDir: string;
  report: Reporter;
  apis: number;
  workers: number;
  catalogue: 'demo' | 'test' | 'none';
  /** Start again what ends by itself. */
  restarts: boolean;
}

/** What `npm run stack -- --json` prints. */
export interface StackInfo {
  api: string[];
  temporal: { address: string; ui?: string; isYours: boolean };
  database: string;
  /** Absent when PostgreSQL is yours (DATABASE_URL). */
  databaseReadOnly?: string;
  processes: { name: string; pid: number; restart: string }[];
  jwt: { secret: string; issuer: string; audience: string };
  /** The test provider of payments. */
  payments: string;
  /** The test inbox: a page, and `/messages`. Mails end there unless SMTP_URL says otherwise. */
  mail: string;
  /** The newest secret that payment events may be signed with (Standard Webhooks). */
  webhookSecret: string;
  data: string;
  /** A product that the catalogue has, for examples. */
  sampleSku: string;
}

export interface Stack extends StackInfo {
  /** Stops everything that was started, in reverse order. Called again, it kills what has not stopped yet. */
  stop: () => Promise<void>;
}

/** Starts everything and answers when the last part is ready. When one part fails, the others are stopped and it throws. */
export async function startStack(options: StackOptions, session?: Session): Promise<Stack> {
  const own = session ?? (await openSession(options.dataDir, options.report));
  try {
    checkSettings({ FAULTS_FOLDER: own.folder.file('faults'), ...options.environment });
    const ports = new PortBook(own, options);
    // Before anything slow: a port that was asked for and is taken should be known at once.
    const apiPorts = await takePorts(ports, 'api', options.apis);
    const workerPorts = await takePorts(ports, 'worker', options.workers);
    const paymentsPort = await ports.take('payments', 'payments', 'Test payments');
    const inboxPort = await ports.take('inbox', 'inbox', 'Inbox');
    const smtpPort = await ports.take('inboxSmtp', 'inbox-smtp', 'Inbox (SMTP)');
    const [dependencies] = await Promise.all([bringUpDependencies(own, options, ports), buildProgram(own)]);
    const sampleSku = await prepareShop(own, options, dependencies);
    const environment = {
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      API_PUBLIC_URL: `http://127.0.0.1:${apiPorts[0] ?? 3000}`,
      ...applicationEnvironment(own, options.environment, dependencies),
      PAYMENTS_URL: `http://127.0.0.1:${paymentsPort}`,
    };
    // An outside party, with tables of its own making.
    const outside = { ...environment, DATABASE_URL: dependencies.databaseUrl };
    const payments = describePayments(outside, paymentsPort, apiPorts);
    const inbox = describeInbox(environment, inboxPort, smtpPort, own.folder.file('mails'));
    const workers = workerPorts.map((port, index) => describeWorker(index + 1, environment, port));
    const apis = apiPorts.map((port, index) => describeApi(index + 1, environment, port));
    await Promise.all([[payments, inbox], workers, apis].map((equals) => startMany(own, equals)));
    void supervise(own, {
      restarts: options.restarts,
      hint: (name) => `Start it again: ${restartCommand(name, own.folder.path)}`,
    });
    const mail = `http://127.0.0.1:${inboxPort}`;
    const info = { ...describeStack(own, dependencies, apis, environment), mail };
    return { ...info, sampleSku, stop: () => own.stop() };
  } catch (error) {
    await own.stop();
    throw error;
  }
}

const buildProgram = ({ folder, report, stopping }: Session): Promise<void> =>
  report.step('Program', async (progress) => {
    progress('compiling');
    await compileParts();
    progress('workflow bundle');
    await buildBundle(folder, stopping);
  });

async function prepareShop(
  session: Session,
  { catalogue, report }: StackOptions,
  { databaseUrl }: Dependencies,
): Promise<string> {
  const sql = connect(databaseUrl, { max: 1, name: 'cartwright-start', statementTimeoutMs: 0 });
  try {
    await report.step('Tables and catalogue', async (progress) => {
      progress('migrations');
      // postgres.js 3.4.9 with fetch_types off never answers reserve() on a pool that has no open connection yet.
      await sql`SELECT 1`;
      await migrate(sql);
      progress(`${catalogue} catalogue`);
      if (catalogue !== 'none') await loadCatalogue(sql, catalogue);
    });
    session.stopping.throwIfAborted();
    return await sampleSku(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The first simple product in stock: one without options, so that an example needs only its SKU. */
async function sampleSku(sql: Sql): Promise<string> {
  const [row] = await sql<{ sku: string }[]>`
    SELECT sku FROM variants JOIN products USING (product_id)
    WHERE products.active AND options = '[]'::jsonb ORDER BY sku LIMIT 1`;
  return row?.sku ?? 'T-A';
}

async function takePorts(ports: PortBook, name: 'api' | 'worker', count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let number = 1; number <= count; number += 1) {
    const key = `${name}-${number}`;
    taken.push(await ports.take(name, key, titleOf(key)));
  }
  return taken;
}

/** Starts equal components side by side. */
async function startMany(session: Session, components: Component[]): Promise<void> {
  await Promise.all(
    components.map((component) =>
      session.report.step(nameForPeople(component.name, components.length), () => session.start(component)),
    ),
  );
}

function nameForPeople(name: string, count: number): string {
  return count === 1 ? titleOf(name).replace(/ 1$/, '') : titleOf(name);
}

/** Settings of the shop's own processes: made here, unless the caller's environment says otherwise. */
function applicationEnvironment(
  session: Session,
  caller: NodeJS.ProcessEnv,
  dependencies: Dependencies,
): Environment {
  const made: Environment = {
    ...shopSecrets(session.folder),
    JWT_ISSUER: 'cartwright',
    JWT_AUDIENCE: 'cartwright',
    API_HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    SHOP_ADDRESS: '1 Example Street, 10115 Berlin, Germany',
    MAIL_FROM: 'orders@cartwright.example',
    FAULTS_FOLDER: session.folder.file('faults'),
  };
  const chosen = Object.entries(caller).filter(([name, value]) => value && isSetting(name)) as [
    string,
    string,
  ][];
  return {
    ...made,
    ...Object.fromEntries(chosen),
    DATABASE_URL: dependencies.databaseService,
    TEMPORAL_ADDRESS: dependencies.temporalAddress,
    TEMPORAL_NAMESPACE: dependencies.temporalNamespace,
  };
}

/** Kept with the component, so that a restart from another shell finds the same settings. */
const isSetting = (name: string): boolean =>
  name in SETTINGS || /^(TEMPORAL_|OTEL_|SMTP_|STRIPE_|NODE_OPTIONS$)/.test(name);

function describeStack(
  session: Session,
  dependencies: Dependencies,
  apis: Component[],
  environment: Environment,
): Omit<StackInfo, 'sampleSku' | 'mail'> {
  const { folder } = session;
  return {
    api: apis.map(({ ready }) => (ready.kind === 'http' ? new URL(ready.url).origin : '')),
    temporal: {
      address: dependencies.temporalAddress,
      ...(dependencies.temporalUi && { ui: dependencies.temporalUi }),
      isYours: dependencies.isTemporalYours,
    },
    database: dependencies.databaseUrl,
    ...(dependencies.databaseReadOnly && { databaseReadOnly: dependencies.databaseReadOnly }),
    processes: recallComponents(folder).map(({ name }) => ({
      name,
      pid: livingProcess(folder, name)?.pid ?? 0,
      restart: restartCommand(name, folder.path),
    })),
    jwt: {
      secret: environment['JWT_SECRET'] ?? '',
      issuer: environment['JWT_ISSUER'] ?? '',
      audience: environment['JWT_AUDIENCE'] ?? '',
    },
    payments: environment['PAYMENTS_URL'] ?? '',
    webhookSecret: (environment['WEBHOOK_SECRET'] ?? '').split(',')[0] ?? '',
    data: folder.path,
  };
}
