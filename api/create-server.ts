/**
 * The socket side: Node's HTTP server around the app, with limits on headers and time, and with problems of the catalogue where Node
 * itself would answer (a request line that cannot be parsed, headers that are too large, a request that never ends).
 */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { MAX_HEADER_BYTES } from '../contract/limits.ts';
import { type ConnectionLimits, limitConnections } from './connection-limits.ts';
import { Problem, problemReply } from './problem.ts';
import { SECURITY_HEADERS } from './reply.ts';

export interface ServerOptions {
  /** Ms until the headers must be there. */
  headersTimeoutMs?: number;
  /** Ms until the whole request must be there; slow bodies end here. */
  requestTimeoutMs?: number;
  keepAliveTimeoutMs?: number;
  /** Without it there is no limit. */
  connections?: ConnectionLimits;
}

type Fetch = Parameters<typeof getRequestListener>[0];

/** The answer to what never became a request: there is no request id to go by, so it gets one of its own. */
function unparsed(problem: Problem): { status: number; body: string; headers: Record<string, string> } {
  const requestId = randomUUID();
  const { status, body, headers } = problemReply(problem, requestId);
  const type = { 'content-type': 'application/problem+json; charset=utf-8', 'x-request-id': requestId };
  return { status, body, headers: { ...SECURITY_HEADERS, ...headers, ...type } };
}

/** The same as bytes, for a socket without a request. */
function rawProblem(problem: Problem): string {
  const { status, body, headers } = unparsed(problem);
  return [
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

function parserProblem(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Problem('headers_too_large', `The headers may have at most ${MAX_HEADER_BYTES} bytes.`);
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Problem('request_timeout', 'The request did not arrive in time.');
  }
  return new Problem('invalid_header', 'The request could not be parsed.');
}

type HttpSocket = Socket & { _httpMessage?: http.ServerResponse | null };

/** The answer that this connection is giving, as Node notes it on the socket. */
const answerOn = (socket: Socket): http.ServerResponse | undefined =>
  (socket as HttpSocket)._httpMessage ?? undefined;

const isAnswering = (socket: Socket): boolean => answerOn(socket) !== undefined;

const sockets = new WeakMap<http.Server, Set<Socket>>();

const openSockets = (server: http.Server): Iterable<Socket> => sockets.get(server) ?? [];

function trackSockets(server: http.Server): void {
  const open = new Set<Socket>();
  sockets.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
}

/** Node hands over the socket; an answer may be under way on it already. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || answerOn(socket)?.headersSent) {
    socket.destroy(error);
    return;
  }
  socket.end(rawProblem(parserProblem(error.code)));
}

/** Not listening yet. `fetch` is the app's. */
export function createServer(fetch: Fetch, options: ServerOptions = {}): http.Server {
  const listener = getRequestListener(fetch, {
    errorHandler: () => {
      const { body, ...rest } = unparsed(new Problem('invalid_header', 'The request is malformed.'));
      return new Response(body, rest);
    },
  });
  const server = http.createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: options.headersTimeoutMs ?? 10_000,
      requestTimeout: options.requestTimeoutMs ?? 20_000,
      keepAliveTimeout: options.keepAliveTimeoutMs ?? 65_000,
      connectionsCheckingInterval: 1_000,
      // Node would answer a missing Host without a body; the listener answers it as a problem.
      requireHostHeader: false,
    },
    (request, response) => void listener(request, response),
  );
  trackSockets(server);
  if (options.connections) limitConnections(server, options.connections);
  server.on('clientError', answerClientError);
  // Node would answer an unknown Expect with a bare 417; the header asks for nothing that we must refuse.
  server.on('checkExpectation', (request, response) => void listener(request, response));
  return server;
}

/** Starts to listen and tells the port. Rejects with a sentence where the port is taken. */
export function listen(server: http.Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new Error(`Port ${port} on ${host} is taken; set API_PORT to another.`) : error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/**
 * Stops to accept, lets answers under way finish, and cuts off what is left after `patienceMs`. Node's own idea of an idle connection
 * leaves out those that were opened ahead and never used, as browsers do; here a connection is busy only while it has an answer to give.
 */
export async function stopServer(server: http.Server, patienceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of openSockets(server)) if (!isAnswering(socket)) socket.destroy();
  // A connection whose answer ends now is idle a moment later.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
