/** /healthz, /readyz, /metrics: for machines, without a token. */
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { sendProblem } from '../problem.ts';

/** The metrics page, written when it is asked for. */
export interface MetricsSource {
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

export function addHealthRoutes(app: AdminApp, gateway: Gateway, metrics: MetricsSource): void {
  const schema = { hide: true };
  // Alive is alive, however busy: an orchestrator that restarts the gateway for being busy makes it worse.
  const config = { pressureHandler: () => undefined };
  app.get('/healthz', { schema, config }, () => ({ status: 'ok' }));

  app.get('/readyz', { schema }, async (_request, reply) => {
    // Whoever looks closer is told what would not be mended by sending traffic elsewhere.
    const { warnings } = gateway;
    if (gateway.ready) return { status: 'ready', ...(warnings.length === 0 ? {} : { warnings }) };
    return await sendProblem(reply.header('retry-after', '1'), 'not-ready');
  });

  app.get('/metrics', { schema }, async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
}
