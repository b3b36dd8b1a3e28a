/**
 * The child's side of a bench process: named calls come in over IPC, answers go back. A child ends by itself when its parent is
 * gone, so that nothing is ever left running.
 */

export interface CallMessage {
  id: number;
  name: string;
  argument: unknown;
}

export type AnswerMessage = { id: number; result: unknown } | { id: number; error: string };

/** Each call by its name. The argument is plain JSON. */
export type Calls = Record<string, (argument: never) => Promise<unknown>>;

async function answer(calls: Calls, { id, name, argument }: CallMessage): Promise<AnswerMessage> {
  try {
    const call = calls[name];
    if (!call) throw new Error(`There is no call '${name}'.`);
    return { id, result: await call(argument as never) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Serves the calls until the parent goes away. */
export function serveCalls(calls: Calls): void {
  process.on('message', (message: CallMessage) => {
    void answer(calls, message).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches the whole terminal group; the parent ends its children in order.
  process.on('SIGINT', () => undefined);
}
