/**
 * admin: where operators come in, and actors with tokens of their own. HTTP with JSON, described by itself at
 * /v1/openapi.json and, for people, at /docs.
 *
 *   request --host, token: whose? schema--> route, is it for him? --command or query--> control --> answer or problem+json
 *
 * What it does not do: decide anything about trust (control does), hold the token (it is told how to recognise it), or
 * speak TLS (keep it on a private network).
 */
export { type Admin, type AdminParts, buildApp, createAdmin } from './server.ts';
