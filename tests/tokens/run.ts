/** Puts falsified tokens before the product's own verification, in this process, and counts the verdicts. */
import { createDice } from '../chaos/random.ts';
import { customerKinds, type Falsified, guestKind, linkKind, type TokenKind } from './kinds.ts';

export interface KindReport {
  name: string;
  tried: number;
  /** By code; `accepted` must not be among them. */
  verdicts: Record<string, number>;
  /** How many of each way of falsifying. */
  ways: Record<string, number>;
  accepted: Falsified[];
}

const SHOWN = 5;

async function tryKind(kind: TokenKind, count: number, seed: number): Promise<KindReport> {
  for (const token of kind.genuine) {
    const verdict = await kind.verdict(token);
    if (verdict !== 'accepted') throw new Error(`A genuine ${kind.name} is refused (${verdict}): ${token}`);
  }
  const dice = createDice(seed);
  const report: KindReport = { name: kind.name, tried: 0, verdicts: {}, ways: {}, accepted: [] };
  for (; report.tried < count; report.tried += 1) {
    const made = kind.falsify(dice);
    const verdict = await kind.verdict(made.text);
    report.verdicts[verdict] = (report.verdicts[verdict] ?? 0) + 1;
    report.ways[made.how] = (report.ways[made.how] ?? 0) + 1;
    if (verdict === 'accepted' && report.accepted.length < SHOWN) report.accepted.push(made);
  }
  return report;
}

/** Two fifths guest tokens, a fifth links of both kinds, the rest customer tokens of both kinds. `count` in all, at least. */
export async function runTokens({ count, seed }: { count: number; seed: number }): Promise<KindReport[]> {
  const customers = await customerKinds();
  const share = Math.ceil(count / 5);
  const reports = [await tryKind(guestKind(), 2 * share, seed)];
  for (const purpose of ['recover', 'unsubscribe'] as const)
    reports.push(await tryKind(linkKind(purpose), Math.ceil(share / 2), seed));
  for (const kind of customers) reports.push(await tryKind(kind, share, seed));
  return reports;
}
