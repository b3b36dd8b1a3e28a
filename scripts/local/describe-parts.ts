/** The shop's own processes, and those that stand for outside parties, as parts of the local stack. */
import { compiledPart, type PartSource } from './compile-parts.ts';
import { type Component, STAGE } from './component.ts';
import { ROOT } from './data-folder.ts';

/** Settings by name (config.ts). */
export type Environment = Record<string, string>;

export function describeWorker(number: number, environment: Environment, port: number): Component {
  const env = { ...environment, WORKER_PORT: String(port) };
  return describeNode(`worker-${number}`, 'worker/main.ts', STAGE.worker, port, env);
}

/** Events go to each API in turn: what one of them does not answer, the next one does. */
export function describePayments(environment: Environment, port: number, apiPorts: number[]): Component {
  const env = {
    ...environment,
    PAYMENTS_HOST: '127.0.0.1',
    PAYMENTS_PORT: String(port),
    PAYMENTS_WEBHOOK_URLS: apiPorts.map((api) => `http://127.0.0.1:${api}/webhooks/payments/test`).join(','),
  };
  return {
    ...describeNode('payments', 'test-payments/main.ts', STAGE.payments, port, env),
    needs: ['postgres'],
  };
}

/** Keeps its mails in the data folder. */
export function describeInbox(
  environment: Environment,
  port: number,
  smtpPort: number,
  folder: string,
): Component {
  const env = {
    ...environment,
    INBOX_HOST: '127.0.0.1',
    INBOX_PORT: String(port),
    INBOX_SMTP_PORT: String(smtpPort),
    INBOX_FOLDER: folder,
  };
  return { ...describeNode('inbox', 'test-inbox/main.ts', STAGE.inbox, port, env), needs: [] };
}

export function describeApi(number: number, environment: Environment, port: number): Component {
  const env = { ...environment, API_PORT: String(port) };
  return describeNode(`api-${number}`, 'api/main.ts', STAGE.api, port, env);
}

function describeNode(
  name: string,
  source: PartSource,
  stage: number,
  port: number,
  env: Environment,
): Component {
  return {
    name,
    stage,
    command: process.execPath,
    args: ['--enable-source-maps', compiledPart(source)],
    cwd: ROOT,
    env,
    inheritsEnvironment: true,
    ready: { kind: 'http', url: `http://127.0.0.1:${port}/readyz` },
    readyWithinMs: 60_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 20_000,
    needs: ['postgres', 'temporal'],
  };
}
