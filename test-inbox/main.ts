/**
 * The test inbox's process: an SMTP server on loopback that keeps every mail, and a page that shows them. For development and tests only:
 * it takes mail from whoever can reach it and hands nothing on.
 */
import http from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { pino } from 'pino';
import { readConfig } from '../config.ts';
import { createInboxApp } from './create-app.tsx';
import { openInboxStore } from './store.ts';
import { createSmtpServer } from './take-mails.ts';

const config = readConfig();
const log = pino({
  name: 'inbox',
  level: config.LOG_LEVEL,
  ...(config.LOG_PRETTY ? { transport: { target: 'pino-pretty' } } : {}),
});
const { INBOX_HOST: host, INBOX_PORT: port, INBOX_SMTP_PORT: smtpPort, INBOX_FOLDER: folder } = config;

const store = await openInboxStore(folder);
const smtp = createSmtpServer(store);
const listener = getRequestListener(createInboxApp(store).fetch);
const server = http.createServer((request, response) => void listener(request, response));

function stop(): void {
  server.close();
  server.closeIdleConnections();
  smtp.close(() => process.exit(0));
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
// A connection that a client drops is no reason to end.
smtp.on('error', (error: NodeJS.ErrnoException) => {
  log.warn({ reason: error.message }, 'SMTP');
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') process.exit(1);
});
smtp.listen(smtpPort, host, () => {
  server.listen(port, host, () =>
    log.info({ url: `http://${host}:${port}`, smtp: `smtp://${host}:${smtpPort}` }, 'the inbox is open'),
  );
});
