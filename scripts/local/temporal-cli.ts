/**
 * The development server of the `temporal` command-line tool as a component: one process with its own database file and web page.
 */
import { type Component, STAGE } from './component.ts';
import type { DataFolder } from './data-folder.ts';

/** Describes `temporal server start-dev` on these ports; without `uiPort` it serves no web page. */
export function describeTemporalCli(
  folder: DataFolder,
  program: string,
  port: number,
  uiPort: number | undefined,
): Component {
  const ui = uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-ip', '127.0.0.1'];
  const settings = [
    '--dynamic-config-value',
    'frontend.WorkflowTimeSkippingEnabled=true',
    '--log-level',
    'warn',
  ];
  return {
    name: 'temporal',
    stage: STAGE.temporal,
    command: program,
    args: [
      'server',
      'start-dev',
      '--db-filename',
      folder.file('temporal.db'),
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      ...ui,
      ...settings,
    ],
    cwd: folder.path,
    env: {},
    inheritsEnvironment: false,
    ready: { kind: 'temporal', address: `127.0.0.1:${port}` },
    readyWithinMs: 60_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 15_000,
    needs: [],
  };
}
