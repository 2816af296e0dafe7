/** What can be read in pages and one by one: the same two routes for every kind of object. */
import Type from 'typebox';
import type { Agent, Page, PageRequest } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { agentOf } from '../auth.ts';
import { type ProblemCode, type ProblemDetail, sendProblem } from '../problem.ts';
import { type PageQuery, pageRequest } from '../request.ts';
import { emptyQuery, idParams, pageQuery, pageSchema, problems, querySchema } from '../schemas.ts';

export interface Reading<Filter extends string> {
  /** `/actors`; one of them is `/actors/ID`. */
  readonly path: string;
  readonly tags: readonly string[];
  readonly item: Type.TSchema;
  /** What lists can be narrowed by. */
  readonly filters: Readonly<Record<Filter, Type.TSchema>>;
  readonly list: {
    readonly summary: string;
    /** `undefined` for a cursor that is none. */
    readonly page: (
      filters: Readonly<Partial<Record<Filter, string>>>,
      request: PageRequest,
      by: Agent,
    ) => Page<object> | undefined | Wrong;
  };
  readonly one: {
    readonly summary: string;
    readonly find: (id: string, by: Agent) => Revised | undefined;
    /** The problem when there is none of that id. */
    readonly unknown: ProblemCode;
  };
}

/** A filter that cannot be meant. */
export interface Wrong extends ProblemDetail {
  readonly code: ProblemCode;
}

interface Revised {
  readonly revision: number;
}

export function addReading<Filter extends string>(app: AdminApp, reading: Reading<Filter>): void {
  const { path, item, list, one, filters } = reading;
  const tags = [...reading.tags];
  const members: Type.TProperties = { ...pageQuery };
  for (const [name, schema] of Object.entries<Type.TSchema>(filters)) members[name] = Type.Optional(schema);
  app.get(
    path,
    {
      schema: {
        summary: list.summary,
        tags,
        querystring: querySchema(members),
        response: { 200: pageSchema(item), ...problems },
      },
    },
    async (request, reply) => {
      const asked = request.query as PageQuery & Partial<Record<Filter, string>>;
      const page = list.page(asked, pageRequest(asked), agentOf(request));
      if (page === undefined) return await sendProblem(reply, 'cursor-invalid');
      return 'code' in page ? await sendProblem(reply, page.code, page) : (page as never);
    },
  );
  app.get<{ Params: { id: string } }>(
    `${path}/:id`,
    {
      schema: {
        summary: one.summary,
        tags,
        params: idParams,
        querystring: emptyQuery,
        response: { 200: item, ...problems },
      },
    },
    async (request, reply) => {
      const found = one.find(request.params.id, agentOf(request));
      if (found === undefined) return await sendProblem(reply, one.unknown);
      void reply.header('etag', `"${found.revision}"`);
      return found;
    },
  );
}
