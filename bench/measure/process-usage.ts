/** What processes have used so far, from /proc (Linux): processor time and resident memory. */
import { readFileSync, readdirSync } from 'node:fs';

/** Kernel ticks of 10 ms on every Linux that Node runs on (USER_HZ). */
const TICK_MS = 10;

interface Stat {
  pid: number;
  parent: number;
  ownMs: number;
  /** Of children that have ended. */
  childrenMs: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = (first: number) => ((fields[first] ?? 0) + (fields[first + 1] ?? 0)) * TICK_MS;
    return { pid, parent: fields[1] ?? 0, ownMs: ticks(11), childrenMs: ticks(13) };
  } catch {
    return undefined; // it has ended
  }
}

/** Milliseconds of processor time of the process, all its threads, and all its children, living or ended. */
export function processorMs(pid: number): number {
  const children = processIds()
    .flatMap((id) => statOf(id) ?? [])
    .filter(({ parent }) => parent === pid);
  const self = statOf(pid);
  if (!self) return Number.NaN;
  return children.reduce(
    (total, { ownMs, childrenMs }) => total + ownMs + childrenMs,
    self.ownMs + self.childrenMs,
  );
}

const processIds = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Memory of the process and its children, with what they share counted once (PSS). Needs their user's rights, or root's. */
export function proportionalBytes(pid: number): number {
  const family = processIds().filter((other) => other === pid || statOf(other)?.parent === pid);
  return family.reduce((total, member) => total + ownProportionalBytes(member), 0);
}

function ownProportionalBytes(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1_024;
  } catch {
    return 0; // it has ended
  }
}

export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1_024;
}
