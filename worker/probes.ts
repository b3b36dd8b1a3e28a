/** The worker's probes and metrics over HTTP: liveness, readiness, and the SDK's own Prometheus page under one address. */
import { createServer, type Server } from 'node:http';
import type { Worker } from '@temporalio/worker';

/** Serves /livez, /readyz and /metrics. `metricsUrl` is where the SDK exposes its metrics on loopback; `ownMetrics` come after them. */
export function serveProbes(
  worker: () => Worker | undefined,
  metricsUrl: string,
  ownMetrics: () => Promise<string>,
  host: string,
  port: number,
): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: string) =>
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
    if (request.url === '/livez') return answer(200, 'alive\n');
    if (request.url === '/readyz') {
      const state = worker()?.getState() ?? 'CONNECTING';
      return answer(state === 'RUNNING' ? 200 : 503, `${state.toLowerCase()}\n`);
    }
    if (request.url !== '/metrics') return answer(404, 'not found\n');
    fetch(metricsUrl)
      .then((metrics) => Promise.all([metrics.text(), ownMetrics()]))
      .then(([sdk, own]) => answer(200, `${sdk}${own}`))
      .catch(() => answer(503, 'metrics are not ready\n'));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(server));
  });
}
