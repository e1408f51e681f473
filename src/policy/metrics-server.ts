/**
 * Where Prometheus asks: one page over HTTP, for this host alone.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListenError, type Door, type Endpoint } from './listen.js';

/** Serves what `render` gives at /metrics. @throws ListenError */
export async function serveMetrics(
  { host, port }: Extract<Endpoint, { kind: 'tcp' }>,
  render: () => string,
): Promise<Door> {
  const server = createServer((request, response) => {
    const isFound = request.method === 'GET' && request.url === '/metrics';
    response.writeHead(isFound ? 200 : 404, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(isFound ? render() : 'see /metrics\n');
  });
  server.maxConnections = 20;
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => reject(new ListenError(`metrics: ${message}`))).listen(port, host, resolve);
  });
  const { port: given } = server.address() as AddressInfo;
  return {
    at: `${host.includes(':') ? `[${host}]` : host}:${given}`,
    connections: () => 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
