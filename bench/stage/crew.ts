/** The workers and APIs of the stack: how many of them run, which process is which, and the sudden end of one. */
import { type Component, livingProcess, recallComponents } from '../../scripts/local/component.ts';
import { openDataFolder } from '../../scripts/local/data-folder.ts';
import { signalProcess } from '../../scripts/local/process-identity.ts';
import { runComponent, stopComponent } from '../../scripts/local/run-component.ts';

export interface CrewSize {
  workers: number;
  apis: number;
}

export interface Crew {
  /** Starts and stops workers and APIs until exactly so many run; the lowest numbers stay. */
  keep(size: CrewSize): Promise<void>;
  /** Stops a component in order and starts it anew; `settings` hold until it is renewed once more. */
  renew(name: string, settings?: Record<string, string>): Promise<void>;
  /** SIGKILL, then nothing: it stays down until `keep` wants it. */
  kill(name: string): void;
  /** 0 when it is down. */
  pid(name: string): number;
  /** Where the first APIs listen. */
  origins(count?: number): string[];
  /** Address of a worker's probes and metrics. */
  workerOrigin(number: number): string;
}

export function createCrew(dataDir: string): Crew {
  const folder = openDataFolder(dataDir);
  const all = recallComponents(folder);
  const named = (name: string): Component => {
    const found = all.find((component) => component.name === name);
    if (!found) throw new Error(`The stack has no ${name}.`);
    return found;
  };
  const originOf = ({ ready }: Component) => (ready.kind === 'http' ? new URL(ready.url).origin : '');
  const ofKind = (kind: 'worker' | 'api') => all.filter(({ name }) => name.startsWith(`${kind}-`));
  const adjust = (components: Component[], count: number) =>
    components.map((component, index) =>
      index < count ? runComponent(folder, component) : stopComponent(folder, component),
    );
  return {
    async keep({ workers, apis }) {
      await Promise.all([...adjust(ofKind('worker'), workers), ...adjust(ofKind('api'), apis)]);
    },
    async renew(name, settings = {}) {
      const component = named(name);
      await stopComponent(folder, component);
      await runComponent(folder, { ...component, env: { ...component.env, ...settings } });
    },
    kill(name) {
      const identity = livingProcess(folder, name);
      if (!identity || !signalProcess(identity, 'SIGKILL')) throw new Error(`${name} does not run.`);
    },
    pid: (name) => livingProcess(folder, name)?.pid ?? 0,
    origins: (count = 1) => ofKind('api').slice(0, count).map(originOf),
    workerOrigin: (number) => originOf(named(`worker-${number}`)),
  };
}
