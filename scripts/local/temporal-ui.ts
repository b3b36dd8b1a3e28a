/**
 * Temporal's web page beside the built server, on loopback, as a component.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { type Component, STAGE } from './component.ts';
import type { DataFolder } from './data-folder.ts';

/** Writes its settings into the data folder and describes the process. */
export function describeTemporalUi(
  folder: DataFolder,
  program: string,
  port: number,
  temporalAddress: string,
): Component {
  const home = folder.file('temporal', 'ui');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const settings = {
    temporalGrpcAddress: temporalAddress,
    host: '127.0.0.1',
    port,
    enableUi: true,
    cors: { cookieInsecure: true, allowOrigins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`] },
    refreshInterval: '1m',
    defaultNamespace: 'default',
    disableNewsFetch: true,
  };
  writeFileSync(folder.file('temporal', 'ui', 'local.yaml'), stringify(settings));
  return {
    name: 'temporal-ui',
    stage: STAGE.temporalUi,
    command: program,
    args: ['--root', home, '--config', '.', '--env', 'local', 'start'],
    cwd: home,
    env: {},
    inheritsEnvironment: false,
    ready: { kind: 'http', url: `http://127.0.0.1:${port}/` },
    readyWithinMs: 30_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 5_000,
    needs: [],
  };
}
