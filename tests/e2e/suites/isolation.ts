/** The isolation matrix through the whole system, with real workflows behind it. */
import { isolationSuite } from '../../isolation/suite.ts';
import type { Target } from '../../isolation/actors.ts';
import { signToken } from '../../support/client.ts';
import type { TestStack } from '../../support/stack.ts';

/** The stack's first API process. */
export const stackTarget = ({ info }: TestStack): Target => ({
  fetch: (path, init) => fetch(`${info.api[0]}${path}`, init),
  webhookSecret: info.webhookSecret.slice('whsec_'.length),
  sign: ({ subject, ...wishes }) => signToken(info.jwt, subject, wishes),
});

export function isolationOverHttp(stack: () => TestStack): void {
  isolationSuite({ target: () => stackTarget(stack()), title: 'over HTTP' });
}
