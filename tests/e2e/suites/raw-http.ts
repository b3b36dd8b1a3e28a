/** Requests byte by byte, over one kept-alive connection, for what `fetch` would not send. */
import http from 'node:http';
import { Answer } from '../../support/client.ts';

export interface RawRequest {
  method?: string;
  path?: string;
  /** A list sends the header several times. */
  headers?: Record<string, string | string[]>;
  /** Several pieces are sent chunked. */
  body?: string | Buffer | Buffer[];
}

export interface RawClient {
  send(request: RawRequest): Promise<Answer & { isReused?: boolean }>;
  /** Connections opened so far. */
  connections(): number;
  close(): void;
}

export function openRawClient(origin: string): RawClient {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<unknown>();
  return {
    send: ({ method = 'GET', path = '/cart', headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const request = http.request(`${origin}${path}`, { method, agent, headers });
        request.on('socket', (socket) => sockets.add(socket));
        request.on('error', reject);
        request.on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const entries = Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
              values.map((value): [string, string] => [name, value]),
            );
            resolve(
              new Answer(response.statusCode ?? 0, new Headers(entries), Buffer.concat(chunks).toString()),
            );
          });
        });
        const pieces = Array.isArray(body) ? body : [];
        for (const piece of pieces) request.write(piece);
        request.end(Array.isArray(body) ? undefined : body);
      }),
    connections: () => sockets.size,
    close: () => agent.destroy(),
  };
}
