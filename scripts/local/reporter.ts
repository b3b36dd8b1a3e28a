/**
 * What the person at the terminal sees while things start: one line for each step, its duration, and a sign of life for everything
 * that takes more than two seconds. Plain text without colour where the output is no terminal or NO_COLOR is set.
 */
export interface Reporter {
  /** Prints `label`, runs the work, prints how long it took. `progress` replaces the detail shown while it runs. */
  step<T>(label: string, work: (progress: (detail: string) => void) => Promise<T>): Promise<T>;
  note(text: string): void;
  warn(text: string): void;
}

interface Running {
  label: string;
  detail: string;
  startedAt: number;
  toldAt: number;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FIRST_SIGN_MS = 2_000;
const NEXT_SIGN_MS = 5_000;

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
  cyan(text: string): string;
}

/** Colours for a stream, or none (https://no-color.org). */
export function createPaint(stream: NodeJS.WriteStream): Paint {
  const isColoured = stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  const wrap = (open: number, close: number) => (text: string) =>
    isColoured ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
    red: wrap(31, 39),
    cyan: wrap(36, 39),
  };
}

const seconds = (ms: number): string =>
  ms < 9_950 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 1_000)} s`;

/** A reporter that writes to a stream. Steps may overlap; a terminal shows the newest one moving. */
export function createReporter(stream: NodeJS.WriteStream = process.stdout): Reporter {
  const paint = createPaint(stream);
  const isLive = stream.isTTY === true && process.env['TERM'] !== 'dumb';
  const running = new Set<Running>();
  let timer: NodeJS.Timeout | undefined;
  let frame = 0;

  const wipe = () => isLive && stream.write('\r\u001b[2K');
  const print = (line: string) => {
    wipe();
    stream.write(`${line}\n`);
  };

  const drawLive = () => {
    const step = [...running].at(-1);
    if (!step) return;
    frame = (frame + 1) % FRAMES.length;
    const text = `  ${FRAMES[frame]} ${step.label}  ${seconds(Date.now() - step.startedAt)}  ${step.detail}`;
    wipe();
    stream.write(text.slice(0, (stream.columns ?? 80) - 1));
  };

  const tellSlow = () => {
    const now = Date.now();
    for (const step of running) {
      const due = step.toldAt === step.startedAt ? FIRST_SIGN_MS : NEXT_SIGN_MS;
      if (now - step.toldAt < due) continue;
      step.toldAt = now;
      stream.write(
        `  … ${step.label}: ${seconds(now - step.startedAt)}${step.detail && `, ${step.detail}`}\n`,
      );
    }
  };

  const begin = (label: string): Running => {
    const now = Date.now();
    const step = { label, detail: '', startedAt: now, toldAt: now };
    running.add(step);
    timer ??= setInterval(isLive ? drawLive : tellSlow, isLive ? 100 : 500);
    return step;
  };

  const finish = (step: Running, mark: string) => {
    running.delete(step);
    if (running.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    const took = seconds(Date.now() - step.startedAt);
    print(`  ${mark} ${step.label.padEnd(52)} ${paint.dim(took.padStart(7))}`);
  };

  return {
    async step(label, work) {
      const step = begin(label);
      try {
        const result = await work((detail) => {
          step.detail = detail;
        });
        finish(step, paint.green('✓'));
        return result;
      } catch (error) {
        finish(step, paint.red('✗'));
        throw error;
      }
    },
    note: (text) => print(`    ${paint.dim(text)}`),
    warn: (text) => print(`  ${paint.yellow('!')} ${text}`),
  };
}

/** Says nothing; for tests and tools that only want the result. */
export const silentReporter: Reporter = {
  step: (_label, work) => work(() => {}),
  note: () => {},
  warn: () => {},
};
