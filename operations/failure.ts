/** What can go wrong for somebody at the keyboard: one sentence that says what to do, and the exit code that a script looks at. */

/** 0 is success; 2 (wrong usage) is the command parser's. */
export const EXIT = { failed: 1, usage: 2, unreachable: 3, notAllowed: 4, notFound: 5, found: 6 } as const;

export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}
