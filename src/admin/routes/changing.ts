/** What can be changed by its id alone: the same route for every kind of object. */
import type Type from 'typebox';
import type { Command, Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { change, type Done } from '../change.ts';
import type { Revision } from '../request.ts';
import { changeSchema, emptyQuery, idParams, problems } from '../schemas.ts';

export interface Changing {
  readonly method: 'POST' | 'DELETE';
  /** `/actors/:id/suspend`. */
  readonly path: string;
  readonly tags: readonly string[];
  readonly summary: string;
  /** Of the answer. */
  readonly item: Type.TSchema;
  readonly command: (id: string, ifRevision: Revision | null) => Command;
  /** What the answer shows of what was done; `undefined` when that is not there. */
  readonly shown: (done: Done, id: string) => object | undefined;
}

export function addChanging(app: AdminApp, gateway: Gateway, changing: Changing): void {
  const { method, path, summary, item, command, shown } = changing;
  const tags = [...changing.tags];
  const response = { 200: item, ...problems };
  app.route<{ Params: { id: string } }>({
    method,
    url: path,
    schema: { summary, tags, params: idParams, querystring: emptyQuery, response },
    handler: (request, reply) => {
      const { id } = request.params;
      return change(
        gateway,
        request,
        reply,
        (ifRevision) => command(id, ifRevision),
        (done) => shown(done, id),
      );
    },
  });
}

/** The end of an object: the answer names it, and the revision since which it is gone. */
export const ENDING = {
  method: 'DELETE',
  item: changeSchema,
  shown: ({ revision }: Done, id: string) => ({ id, revision }),
} as const;
