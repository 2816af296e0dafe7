/**
 * backends: the backend port over real protocols. Each folder is one kind; the settings' `kind` chooses it.
 *
 *   job --forward--> coap/backend --own CoAP client, UDP or our DTLS client--> the backend --> answered(job, answer)
 *
 * Invariants: every job is answered once, in time; a backend that is not the one that is meant is never spoken to.
 * What it does not do: authorise (the relay has), cache, or make a request anew that may have been carried out.
 */
import type { Backend } from '../../daemon/ports/index.ts';
import { type CoapBackendOptions, openCoapBackend } from './coap/backend.ts';

export type BackendOptions = CoapBackendOptions;

/** Opens the backend that the settings describe. */
export function openBackend(options: BackendOptions): Backend {
  switch (options.settings.kind) {
    case 'coap':
      return openCoapBackend(options);
  }
}
