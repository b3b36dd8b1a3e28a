/**
 * Reads a request body and really counts its bytes: neither a missing nor a wrong Content-Length gets past, chunked bodies are
 * counted as they come, and reading stops at the limit. What the client still sends is drained by the server, so that the
 * connection stays usable and the client sees the 413.
 */
import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../exchange.ts';
import { Problem } from '../problem.ts';

const EMPTY = new Uint8Array(0);

const tooLarge = (limit: number): Problem =>
  new Problem('payload_too_large', `The body may have at most ${limit} bytes.`);

const brokenOff = (): Problem => new Problem('invalid_json', 'The body ended early.');

/** From the socket, without the detour through a web stream. */
function readIncoming(incoming: IncomingMessage, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (settle: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
      settle();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) stop(() => reject(tooLarge(limit)));
      else chunks.push(chunk);
    };
    const onEnd = () => stop(() => resolve(Buffer.concat(chunks)));
    const onBreak = () => stop(() => (incoming.readableEnded ? onEnd() : reject(brokenOff())));
    incoming.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak);
  });
}

/** From a web stream, for callers without a socket. */
async function readStream(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw tooLarge(limit);
    }
    chunks.push(value);
  }
}

/** The whole body, at most `limit` bytes; empty when there is none. Rejects with `payload_too_large`, or `invalid_json` when it breaks off. */
export async function readBody(c: Exchange, limit: number): Promise<Uint8Array> {
  const declared = Number(c.req.header('content-length') ?? 0);
  if (declared > limit) throw tooLarge(limit);
  const incoming = c.env?.incoming as IncomingMessage | undefined;
  if (incoming) {
    const hasBody = declared > 0 || incoming.headers['transfer-encoding'] !== undefined;
    return hasBody ? await readIncoming(incoming, limit) : EMPTY;
  }
  const { body } = c.req.raw;
  return body ? await readStream(body as ReadableStream<Uint8Array>, limit) : EMPTY;
}
