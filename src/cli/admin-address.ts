/** Finds the gateway to talk to: flags, then environment, then the state directory of one on this machine. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandFault, EXIT, systemCode } from './fault.ts';
import type { Terminal } from './terminal.ts';

export interface GatewayAddress {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Throws a usage fault for a URL that is none, an unavailable fault when there is no token to be found. */
export function gatewayAddress(
  given: { readonly url?: string; readonly token?: string },
  terminal: Terminal,
): GatewayAddress {
  const state = resolve(terminal.cwd, terminal.env['POSTERN_STATE'] ?? 'var');
  const url = given.url ?? terminal.env['POSTERN_URL'] ?? urlFromState(state) ?? DEFAULT_URL;
  const token = given.token ?? terminal.env['POSTERN_TOKEN'] ?? tokenFromState(state);
  return { url: checkedUrl(url), token };
}

function checkedUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    const hint = `write it as ${DEFAULT_URL}`;
    throw new CommandFault(EXIT.usage, `'${text}' is not the URL of an admin interface`, hint);
  }
  return text.replace(/\/+$/, '');
}

function urlFromState(state: string): string | undefined {
  try {
    const ports = JSON.parse(readFileSync(join(state, 'ports.json'), 'utf8')) as unknown;
    return adminUrl(ports);
  } catch {
    return undefined;
  }
}

function tokenFromState(state: string): string {
  const file = join(state, 'admin.token');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (thrown) {
    const why = systemCode(thrown) === 'EACCES' ? 'may not be read by this user' : 'is not there';
    throw new CommandFault(
      EXIT.unavailable,
      `no admin token: ${file} ${why}`,
      'start a gateway here (npm start), or name one with --url and POSTERN_TOKEN, or its state with POSTERN_STATE',
    );
  }
}

/** The admin URL that `var/ports.json` names. */
function adminUrl(ports: unknown): string | undefined {
  if (typeof ports !== 'object' || ports === null || !('admin' in ports)) return undefined;
  return typeof ports.admin === 'string' ? `http://${ports.admin}` : undefined;
}
