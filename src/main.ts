/**
 * The composition root of the process: the only file, besides worker.ts, that knows everybody. `postern serve` calls
 * {@link serve}; it is started by src/cli.
 */
import type { ConfigOverlay } from './daemon/config/index.ts';

export interface ServeOptions {
  /** Path of the YAML file; `undefined`: the profile alone. */
  readonly config: string | undefined;
  /** `dev` or `edge`; `undefined`: what the file says. */
  readonly profile: string | undefined;
  /** Overrides of the configuration; 0: any free port. */
  readonly coapsPort?: number;
  readonly adminPort?: number;
  /** Called with nothing started yet; what it returns lies above the configuration file (the demo's backend port). */
  readonly beforeStart?: () => Promise<ConfigOverlay>;
  /** Called once, right after the ready line. When it rejects, the gateway drains and `serve` gives 1. */
  readonly onReady?: (ready: Ready) => Promise<void>;
  /** Called when the gateway is told to stop, before it drains. */
  readonly onStop?: () => Promise<void>;
}

export interface Ready {
  readonly coapsPort: number;
  readonly adminPort: number;
  /** `http://127.0.0.1:8080` */
  readonly adminUrl: string;
  readonly tokenFile: string;
  readonly stateDir: string;
}
