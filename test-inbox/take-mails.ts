/** The SMTP side: takes whatever comes, for anybody, without asking who it is. It hands nothing on. */
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import type { InboxStore } from './store.ts';

const SIZE_MAX = 5_000_000;

async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Null once it is stored. */
async function take(stream: SMTPServerDataStream, store: InboxStore): Promise<Error | null> {
  try {
    const raw = await readAll(stream);
    if (stream.sizeExceeded)
      return Object.assign(new Error('This mail is too large.'), { responseCode: 552 });
    await store.add(raw);
    return null;
  } catch (error) {
    return error as Error;
  }
}

async function answer(
  taken: Promise<Error | null>,
  callback: (refusal: Error | null, message: string) => void,
): Promise<void> {
  callback(await taken, 'It is in the test inbox.');
}

/** The answer 250 goes out when the mail is stored. */
export function createSmtpServer(store: InboxStore): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: SIZE_MAX,
    logger: false,
    onData(stream, _session, callback) {
      void answer(take(stream, store), callback);
    },
  });
}
