/** backends: the backend port over real protocols. Each folder is one kind; the settings' `kind` chooses it. */
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
