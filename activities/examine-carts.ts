/** Examines a list of carts, a few at a time, and sums up. A retry goes on where the last try's heartbeat was, so that no finding is lost. */
import { Context } from '@temporalio/activity';
import { RECONCILE_SAMPLES, type ReconcileTally } from '../contract/reconcile.ts';
import { atMost } from './at-most.ts';
import { type Examined, examineCart, type Places } from './examine-cart.ts';

export interface ExamineCarts {
  workflowIds: string[];
  /** How many rows may be closed whose carts are gone without a trace. */
  mayClose: number;
}

export type Findings = Omit<ReconcileTally, 'rows' | 'carts'> & {
  /** Rows closed out of `mayClose`. */
  closed: number;
};

/** Each look loads one cart into a worker: few at once, so that shoppers do not notice. */
const LOOKS_AT_ONCE = 4;

/** More than looks, because a cart whose row is wrong waits between two of them. */
const CARTS_AT_ONCE = 32;

/** Well within the heartbeat time-out, whatever a cart takes to answer. */
const HEARTBEAT_MS = 5_000;

const NOTHING: Findings = {
  asked: 0,
  mismatches: {},
  repaired: 0,
  unrepaired: 0,
  unanswered: 0,
  unsettled: 0,
  samples: [],
  closed: 0,
};

function add(sum: Findings, { workflowId, kind, fields, isRepaired }: Examined): Findings {
  const asked = sum.asked + 1;
  if (kind === 'sound') return { ...sum, asked };
  if (kind === 'unanswered' || kind === 'unsettled') return { ...sum, asked, [kind]: sum[kind] + 1 };
  const samples = [...sum.samples, { workflowId, kind, fields, isRepaired }].slice(0, RECONCILE_SAMPLES);
  const mismatches = { ...sum.mismatches, [kind]: (sum.mismatches[kind] ?? 0) + 1 };
  const [repaired, unrepaired] = [sum.repaired + Number(isRepaired), sum.unrepaired + Number(!isRepaired)];
  return { ...sum, asked, samples, mismatches, repaired, unrepaired };
}

interface Heartbeat {
  findings: Findings;
  done: string[];
}

/** `onFinding` hears each cart once. */
export async function examineCarts(
  places: Places,
  { workflowIds, mayClose: closes }: ExamineCarts,
  onFinding: (examined: Examined) => void,
): Promise<Findings> {
  const context = Context.current();
  const last = context.info.heartbeatDetails as Heartbeat | undefined;
  const done = last?.done ?? [];
  let findings = last?.findings ?? NOTHING;
  const waiting = workflowIds.filter((id) => !done.includes(id));
  const limited = atMost(LOOKS_AT_ONCE);
  const mayClose = (): boolean => {
    if (findings.closed >= closes) return false;
    findings = { ...findings, closed: findings.closed + 1 };
    return true;
  };
  const beat = () => context.heartbeat({ findings, done } satisfies Heartbeat);
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const examined = await examineCart(places, { workflowId: id, mayClose, limited });
      findings = add(findings, examined);
      done.push(id);
      onFinding(examined);
      beat();
    }
  };
  const beating = setInterval(beat, HEARTBEAT_MS);
  try {
    await Promise.all(Array.from({ length: CARTS_AT_ONCE }, work));
  } finally {
    clearInterval(beating);
  }
  return findings;
}
