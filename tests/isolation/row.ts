/**
 * One row of the matrix: what to send to a route, and what each of the eleven actors gets for it. Most routes are of one of five kinds,
 * and a kind fills in the actors.
 */
import { ACTORS, type Actor, type Owner } from './actors.ts';
import type { Thing } from './world.ts';

/** A request; `path` without the origin. */
export interface Asked {
  path: string;
  body?: object;
  headers?: Record<string, string>;
}

/** `200`, or status and code of a problem: `404 line_not_found`. */
export type Expected = `${number}` | `${number} ${string}`;

export interface Row {
  /** The request about this thing. `recoveryToken`: for routes whose address is the credential. */
  ask(thing: Thing, actor: Actor, recoveryToken: string): Asked;
  /** What the actor gets for things that are not its own, known or unknown. Both must be alike in status, headers and body. */
  answers: Record<Actor, Expected>;
  /** What guest A and customer A get for their own things; each its own where they differ. */
  own: Expected | Record<Owner, Expected>;
}

type Ask = Row['ask'];

const everybody = (expected: Expected): Record<Actor, Expected> =>
  Object.fromEntries(ACTORS.map((actor) => [actor, expected])) as Record<Actor, Expected>;

/** What a bad credential gets wherever a credential is looked at. */
const BAD_CREDENTIALS = {
  expiredA: '401 token_expired',
  wrongAudienceA: '401 token_invalid',
  wrongIssuerA: '401 token_invalid',
  recoveryLink: '401 token_invalid',
} as const satisfies Partial<Record<Actor, Expected>>;

/**
 * A route on the caller's own cart (or orders). `stranger`: anybody with a valid credential, asked for something that is not theirs.
 * `nobody`: without a credential; like a stranger unless said otherwise. `own`: like a stranger where the request names no thing.
 */
export function cartRoute(
  ask: Ask,
  { own, stranger = own, nobody = stranger }: { own: Expected; stranger?: Expected; nobody?: Expected },
): Row {
  const answers = { ...everybody(stranger), ...BAD_CREDENTIALS, nobody, webhookKey: nobody };
  return { ask, own, answers };
}

/** For customers who bring a guest's token along: nobody else has anything to merge. */
export function mergeRoute(ask: Ask): Row {
  const { answers } = cartRoute(ask, { own: '401 unauthenticated' });
  const bare = '409 merge_not_possible';
  return {
    ask,
    own: { guestA: '401 unauthenticated', customerA: bare },
    answers: { ...answers, customerA: bare, customerB: bare, operator: bare },
  };
}

/** For customers about themselves: guests have no name. */
export function customerRoute(ask: Ask, answer: Expected): Row {
  const guest = '401 unauthenticated';
  const { answers } = cartRoute(ask, { own: guest });
  return {
    ask,
    own: { guestA: guest, customerA: answer },
    answers: { ...answers, customerA: answer, customerB: answer, operator: answer },
  };
}

/** Open to all: credentials, good or bad, are not looked at. */
export const openRoute = (ask: Ask, answer: Expected = '200'): Row => ({
  ask,
  own: answer,
  answers: everybody(answer),
});

/** For operators: everybody else is refused before anything is looked up. `answer`: the operator's for an unknown thing. */
export const adminRoute = (ask: Ask, answer: Expected): Row => ({
  ask,
  own: '403 forbidden',
  answers: {
    ...everybody('403 forbidden'),
    ...BAD_CREDENTIALS,
    nobody: '401 unauthenticated',
    webhookKey: '401 unauthenticated',
    operator: answer,
  },
});

/** For a provider with the webhook key. */
export const webhookRoute = (ask: Ask, answer: Expected): Row => ({
  ask,
  own: '401 webhook_signature_invalid',
  answers: { ...everybody('401 webhook_signature_invalid'), webhookKey: answer },
});

/** Whose address is the credential: only the actor `recoveryLink` asks with a real token. */
export const linkRoute = (ask: Ask, answer: Expected, others: Expected = '404 link_invalid'): Row => ({
  ask,
  own: others,
  answers: { ...everybody(others), recoveryLink: answer },
});
