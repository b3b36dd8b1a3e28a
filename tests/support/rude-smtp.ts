/** A mail server as bad as tests want it: refuses, closes in the middle of a mail, says nothing, or takes it after all. */
import { createMailer } from '../../mail/mailer.ts';
import type { SenderOptions } from '../../worker/send-mails.ts';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** What happens at a command: an answer, or `hang` (none), `close` (the connection ends), `closeAfterData` (once the mail is there, without an answer). */
export type Manner = string;

export interface RudeSmtp {
  url: string;
  /** By command: RCPT, DATA, MAIL, EHLO; `.` is the end of a mail. What is missing is answered kindly. */
  manners: Partial<Record<'CONNECT' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | '.', Manner>>;
  /** Mails that have come whole, whatever was answered. */
  mails: string[];
  /** Connections there have been. */
  connections: number;
  close(): Promise<void>;
}

const KIND: Record<string, string> = {
  CONNECT: '220 rude.example',
  EHLO: '250 rude.example',
  MAIL: '250 OK',
  RCPT: '250 OK',
  DATA: '354 go on',
  '.': '250 taken',
  QUIT: '221 bye',
  RSET: '250 OK',
};

class Conversation {
  readonly #socket: Socket;
  readonly #server: RudeSmtp;
  #rest = '';
  #mail: string[] | undefined;

  constructor(socket: Socket, server: RudeSmtp) {
    this.#socket = socket;
    this.#server = server;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk.toString('utf8')));
    this.#answer('CONNECT');
  }

  #answer(command: string): void {
    const manner = this.#server.manners[command as 'DATA'] ?? KIND[command] ?? '502 what?';
    if (manner === 'close' || manner === 'closeAfterData') this.#socket.destroy();
    else if (manner !== 'hang') this.#socket.write(`${manner}\r\n`);
    if (command === 'DATA' && manner.startsWith('354')) this.#mail = [];
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    if (!this.#mail) return this.#answer((line.split(/[ :]/)[0] ?? '').toUpperCase());
    if (line !== '.') {
      this.#mail.push(line);
      // A line into the mail, and gone.
      if (this.#server.manners['.'] === 'close') this.#socket.destroy();
      return;
    }
    this.#server.mails.push(this.#mail.join('\n'));
    this.#mail = undefined;
    this.#answer('.');
  }
}

export async function startRudeSmtp(): Promise<RudeSmtp> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    rude.connections += 1;
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    new Conversation(socket, rude);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const rude: RudeSmtp = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    manners: {},
    mails: [],
    connections: 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return rude;
}

/** A sender's part that gives its mails to this server. */
export const toServer = ({ url }: RudeSmtp, answerWithinMs = 2_000): Pick<SenderOptions, 'mailer'> => ({
  mailer: createMailer({ smtpUrl: url, from: { address: 'orders@shop.example' }, answerWithinMs }),
});
