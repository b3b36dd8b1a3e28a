/**
 * Gets between a checkout and its steps: one step of one checkout fails or is done twice, once. Which steps there are is seen from an
 * undisturbed checkout, never written down by hand.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { Activities } from '../../activities/create-activities.ts';

/**
 * `failsBefore`: nothing has happened. `answerIsLost`: it has happened, and nobody heard. `isRepeated`: it happens twice. `isBroken`: it fails
 * in a way that is not tried again by itself.
 */
export const DISTURBANCES = ['failsBefore', 'answerIsLost', 'isRepeated', 'isBroken'] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

type Step = (argument: unknown) => Promise<unknown>;

/** Every step of a checkout names it. */
function checkoutIn(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  const { checkoutId, subject } = (argument ?? {}) as { checkoutId?: string; subject?: string };
  return checkoutId ?? subject;
}

const unavailable = () => ApplicationFailure.create({ message: 'disturbed', type: 'DatabaseUnavailable' });
const broken = () =>
  ApplicationFailure.create({ message: 'disturbed', type: 'DatabaseFault', nonRetryable: true });

async function disturbed(disturbance: Disturbance, run: () => Promise<unknown>): Promise<unknown> {
  if (disturbance === 'failsBefore') throw unavailable();
  if (disturbance === 'isBroken') throw broken();
  const [first] = await Promise.allSettled([run()]);
  if (disturbance === 'answerIsLost') throw unavailable();
  if (first.status === 'rejected') throw first.reason;
  return await run();
}

export class DisturbedSteps {
  /** Steps by checkout, in the order of their first call. */
  readonly seen = new Map<string, string[]>();
  readonly #planned = new Map<string, { step: string; disturbance: Disturbance }>();

  plan(checkoutId: string, step: string, disturbance: Disturbance): void {
    this.#planned.set(checkoutId, { step, disturbance });
  }

  wrap(real: Activities): Activities {
    const steps = Object.entries(real).map(([name, run]) => [name, this.#wrapOne(name, run as Step)]);
    return Object.fromEntries(steps) as Activities;
  }

  #wrapOne(name: string, run: Step): Step {
    return async (argument) => {
      const checkoutId = checkoutIn(argument);
      const planned = checkoutId === undefined ? undefined : this.#planned.get(checkoutId);
      if (checkoutId !== undefined) this.#note(checkoutId, name);
      if (checkoutId === undefined || planned?.step !== name) return await run(argument);
      this.#planned.delete(checkoutId);
      return await disturbed(planned.disturbance, () => run(argument));
    };
  }

  #note(checkoutId: string, step: string): void {
    const steps = this.seen.get(checkoutId) ?? [];
    if (!steps.includes(step)) this.seen.set(checkoutId, [...steps, step]);
  }
}
