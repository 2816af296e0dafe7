/**
 * admin: where operators come in. HTTP with JSON, described by itself at /v1/openapi.json and, for people, at /docs.
 *
 *   request --host, token, schema--> route --command or query--> control (Gateway) --> answer or problem+json
 *
 * What it does not do: decide anything about trust (control does), hold the token (it is told how to recognise it), or
 * speak TLS (keep it on a private network).
 */
export { type Admin, type AdminParts, buildApp, createAdmin } from './server.ts';
