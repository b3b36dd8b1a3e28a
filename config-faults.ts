/** The part of the settings (config.ts) for drills: points at which a worker stops, fails or waits once. Never in production. */
import { z } from 'zod';
import { list, parseDuration } from './config-forms.ts';

const ACTIONS = ['exit', 'fail', 'delay'] as const;

/** One fault: before or after the effect of this name. */
export interface Fault {
  /** As it was written. */
  text: string;
  /** `*`: every activity that the worker knows, each of them a point of its own. */
  activity: string;
  when: 'before' | 'after';
  action: (typeof ACTIONS)[number];
  /** 0 unless it is a delay. */
  delayMs: number;
}

const LONGEST_DELAY_MS = 3_600_000;

/** `createOrder:after:exit`, `reserveStock:before:fail`, `createPayment:after:delay=5s`, `*:before:exit`; undefined for anything else. */
export function parseFault(text: string): Fault | undefined {
  const [, activity = '', when, word, length] =
    /^([A-Za-z]\w*|\*):(before|after):(\w+)(?:=(\w+))?$/.exec(text) ?? [];
  const action = ACTIONS.find((name) => name === word);
  const delayMs = length === undefined ? 0 : (parseDuration(length) ?? 0);
  if (!action || (action === 'delay') !== delayMs > 0 || delayMs > LONGEST_DELAY_MS) return undefined;
  if (action !== 'delay' && length !== undefined) return undefined;
  return { text, activity, when: when === 'before' ? 'before' : 'after', action, delayMs };
}

const faults = list('').transform((texts, context) =>
  texts.flatMap((text): Fault[] => {
    const fault = parseFault(text);
    if (!fault) {
      context.addIssue(
        `'${text}' is no fault; write <activity>:<before|after>:<exit|fail|delay=3s>, with * for every activity and a delay of 1h at most`,
      );
    }
    return fault ? [fault] : [];
  }),
);

export const FAULT_SETTINGS = {
  FAULTS: faults.describe(
    'For drills: `<activity>:<before|after>:<exit|fail|delay=3s>,…` are points at which a worker stops, fails or waits, once; `*` is every activity. None by default.',
  ),
  FAULTS_ONCE_PER: z
    .enum(['shop', 'workflow'])
    .default('shop')
    .describe(
      'How often a fault happens: once, or once for each workflow that comes by, and what a cart publishes once for each of its versions.',
    ),
  FAULTS_FOLDER: z
    .string()
    .optional()
    .describe(
      'Where workers note which faults have happened, so that each happens once for all of them. `exit` needs it.',
    ),
  NODE_ENV: z
    .string()
    .optional()
    .describe('`production` refuses FAULTS. The container image sets it; nothing else depends on it.'),
} as const;

/** Why a process must not start with these faults, in one sentence for each reason. */
export function faultMistakes(settings: {
  FAULTS: readonly Fault[];
  FAULTS_FOLDER?: string | undefined;
  isProduction: boolean;
}): string[] {
  const { FAULTS, FAULTS_FOLDER, isProduction } = settings;
  const mistakes: string[] = [];
  if (FAULTS.length > 0 && isProduction) {
    mistakes.push('fault points are for drills: they are refused where NODE_ENV is production');
  }
  if (FAULTS_FOLDER === undefined && FAULTS.some(({ action }) => action === 'exit')) {
    mistakes.push('`exit` needs FAULTS_FOLDER: without it a worker that comes back would die again for ever');
  }
  return mistakes;
}
