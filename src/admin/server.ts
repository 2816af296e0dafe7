/** The HTTP server of operators, and of actors who act for themselves: limits, hooks, errors, routes. */
import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import underPressure from '@fastify/under-pressure';
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { OperationalError } from '../base/index.ts';
import type { Gateway } from '../daemon/control/index.ts';
import { type ListenerAddress, type OperatorLog, report } from '../daemon/ports/index.ts';
import { guardRoutes } from './access.ts';
import type { AdminApp } from './app.ts';
import { hostHook, type Recognise, tokenHook } from './auth.ts';
import { openApi } from './openapi.ts';
import { keepPace } from './pace.ts';
import { isOperational, type ProblemCode, sendOperational, sendProblem } from './problem.ts';
import { addActorRoutes } from './routes/actors.ts';
import { addAuditRoutes } from './routes/audit.ts';
import { addAuthorityRoutes } from './routes/authorities.ts';
import { addClaimWindowRoutes } from './routes/claim-window.ts';
import { addClaimRoutes } from './routes/claims.ts';
import { addCredentialRoutes } from './routes/credentials.ts';
import { addDeviceRoutes } from './routes/devices.ts';
import { addDocsRoutes } from './routes/docs.ts';
import { addHealthRoutes, type MetricsSource } from './routes/health.ts';
import { addRelationshipRoutes } from './routes/relationships.ts';
import { addSessionRoutes } from './routes/sessions.ts';
import { addIdentityRoutes } from './routes/identity.ts';
import { addWiringRoutes } from './routes/wiring.ts';

export interface AdminParts {
  readonly gateway: Gateway;
  readonly settings: { readonly address: string; readonly port: number; readonly hosts: readonly string[] };
  readonly recognise: Recognise;
  readonly metrics: MetricsSource;
  readonly log: OperatorLog;
  readonly version: string;
}

export interface Admin {
  /** Rejects with PN_PORT_IN_USE, PN_PORT_FORBIDDEN or PN_LISTEN_FAILED, naming address and port. */
  listen(): Promise<ListenerAddress>;
  /** Takes no new connections, answers what is under way, then ends the rest. */
  close(): Promise<void>;
}

/** Builds the admin interface; it does not listen. */
export async function createAdmin(parts: AdminParts): Promise<Admin> {
  const app = await buildApp(parts);
  const { address, port } = parts.settings;
  return {
    listen: async () => {
      try {
        await app.listen({ host: address, port });
      } catch (cause) {
        throw listenError(address, port, cause);
      }
      const bound = app.server.address() as AddressInfo;
      return { address: bound.address, port: bound.port };
    },
    close: async () => {
      const impatience = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
      await app.close();
      clearTimeout(impatience);
    },
  };
}

/** The application without its listener; tests inject requests into it. */
export async function buildApp(parts: AdminParts): Promise<AdminApp> {
  const { gateway, settings, log } = parts;
  const app: AdminApp = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS,
    connectionTimeout: CONNECTION_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: 128 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = CONNECTIONS_MAX;
  app.setErrorHandler((error, request, reply) => answerError(log, error, request, reply));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, 'not-found'));
  app.addHook('onRequest', hostHook(settings.hosts));
  acceptEmptyBodies(app);

  await app.register(helmet, { hsts: false, contentSecurityPolicy: API_POLICY });
  await app.register(rateLimit, { global: false });
  await app.register(underPressure, {
    maxEventLoopDelay: EVENT_LOOP_DELAY_MS_MAX,
    // An interval without a sample counts as endless: a shorter one would refuse requests after a pause of its length.
    sampleInterval: EVENT_LOOP_DELAY_MS_MAX,
    pressureHandler: (_request, reply) => {
      void sendProblem(reply.header('retry-after', '1'), 'overloaded');
    },
  });
  await app.register(swagger, openApi(parts.version));

  addHealthRoutes(app, gateway, parts.metrics);
  addDocsRoutes(app);
  app.get('/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await app.register(
    async (v1: AdminApp) => {
      const admit = (token: string) => (parts.recognise(token) ? OPERATOR : gateway.bearerOf(token));
      v1.addHook('onRequest', tokenHook(app, admit, log));
      guardRoutes(v1);
      keepPace(v1);
      v1.addHook('onSend', async (_request, reply) => {
        void reply.header('cache-control', 'no-store');
      });
      addActorRoutes(v1, gateway);
      addCredentialRoutes(v1, gateway);
      addRelationshipRoutes(v1, gateway);
      addClaimRoutes(v1, gateway);
      addClaimWindowRoutes(v1, gateway);
      addDeviceRoutes(v1, gateway);
      addSessionRoutes(v1, gateway);
      addAuditRoutes(v1, gateway);
      addIdentityRoutes(v1, gateway);
      addAuthorityRoutes(v1, gateway);
      addWiringRoutes(v1, gateway);
    },
    { prefix: '/v1' },
  );
  await app.ready();
  return app;
}

/** Many clients say `application/json` with every request, DELETE too. Where a body is needed, its schema says so. */
function acceptEmptyBodies(app: AdminApp): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body, done);
  });
}

function answerError(
  log: OperatorLog,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (isOperational(error)) return sendOperational(reply, error);
  const { code, validation, validationContext } = error as Partial<FastifyError>;
  if (validation !== undefined) {
    const [first] = validation;
    const field = first?.instancePath ?? '';
    const extra = first?.params['additionalProperty'];
    const detail = `${validationContext ?? 'request'}${field} ${first?.message ?? 'does not fit'}`;
    return sendProblem(reply, 'request-invalid', {
      detail: extra === undefined ? detail : `${detail}: ${JSON.stringify(extra)}`,
      field,
    });
  }
  const known = code === undefined ? undefined : FASTIFY_PROBLEMS[code];
  if (known !== undefined) return sendProblem(reply, known);
  if (error instanceof SyntaxError) return sendProblem(reply, 'json-invalid');
  const { routeOptions, method } = request;
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  report(log, 'admin failed', { method, route: routeOptions.url ?? '', reason });
  return sendProblem(reply, 'internal');
}

function listenError(address: string, port: number, cause: unknown): OperationalError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const where = `admin address ${address} port ${port} (TCP)`;
  if (code === 'EADDRINUSE') return new OperationalError('PN_PORT_IN_USE', `${where} is in use`, { cause });
  if (code === 'EACCES')
    return new OperationalError('PN_PORT_FORBIDDEN', `${where} is not allowed`, { cause });
  return new OperationalError('PN_LISTEN_FAILED', `${where} is not available: ${code}`, { cause });
}

const FASTIFY_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'json-invalid',
  FST_ERR_CTP_INVALID_JSON_BODY: 'json-invalid',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request-invalid',
  FST_ERR_BAD_URL: 'not-found',
};

const OPERATOR = { kind: 'operator' } as const;

/** Answers are JSON: nothing in them may ever run. */
const API_POLICY = {
  useDefaults: false,
  directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
};

const BODY_BYTES_MAX = 65_536;
/** A whole request, head and body. */
const REQUEST_MS = 15_000;
const CONNECTION_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;
const CONNECTIONS_MAX = 512;
const CLOSE_MS = 2_000;
const EVENT_LOOP_DELAY_MS_MAX = 5_000;
