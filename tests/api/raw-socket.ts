/** HTTP as bytes: writes what no client library would write, and reads answers off one connection one after another. */
import net from 'node:net';

export interface RawAnswer {
  status: number;
  head: string;
  body: string;
}

export interface RawSocket {
  write(bytes: string | Buffer): void;
  /** The next answer; rejects when the connection closes first. */
  answer(): Promise<RawAnswer>;
  /** Settles when the other side has closed. */
  closed: Promise<void>;
  isOpen(): boolean;
  destroy(): void;
}

/** The first whole answer in `text`, and what follows it. Answers here always carry Content-Length. */
function takeAnswer(text: string): { answer: RawAnswer; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  if (status === 100) return takeAnswer(text.slice(end + 4));
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const bytes = Buffer.from(text.slice(end + 4));
  if (bytes.length < length) return undefined;
  const body = bytes.subarray(0, length).toString();
  return { answer: { status, head, body }, rest: bytes.subarray(length).toString() };
}

export function openRawSocket(port: number): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let received = '';
    let wake = (): void => undefined;
    const closed = new Promise<void>((done) => {
      socket.once('close', () => {
        done();
        wake();
      });
    });
    socket.on('data', (chunk) => {
      received += chunk.toString();
      wake();
    });
    socket.on('error', () => wake());
    socket.once('error', reject);
    socket.once('connect', () => {
      resolve({
        write: (bytes) => void socket.write(bytes),
        async answer() {
          for (;;) {
            const taken = takeAnswer(received);
            if (taken) {
              received = taken.rest;
              return taken.answer;
            }
            if (socket.closed) throw new Error(`closed without a whole answer: ${received}`);
            await new Promise<void>((done) => {
              wake = done;
            });
          }
        },
        closed,
        isOpen: () => !socket.destroyed && !socket.readableEnded,
        destroy: () => socket.destroy(),
      });
    });
  });
}

/** `lines` and a Host, as a request without a body. */
export const request = (...lines: string[]): string => `${lines.join('\r\n')}\r\nHost: shop\r\n\r\n`;
