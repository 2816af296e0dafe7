/** What is measured: something between devices and the backend. */
import type { Target } from '../generator/protocol.ts';

export interface System {
  readonly name: string;
  readonly label: string;
  /** Whether DTLS is spoken: without, there are no handshakes to measure. */
  readonly dtls: boolean;
  /** Starts it on the given core; a sentence when it is not here. */
  start(scene: Scene): Promise<Running | string>;
}

export interface Scene {
  readonly core: number;
  readonly backendPort: number;
  /** Devices that it must know, from number 0 on. */
  readonly devices: number;
}

export interface Running {
  readonly target: Target;
  stop(): Promise<void>;
}

/** Where requests go behind every system. */
export const BACKEND_PATH = '/telemetry';
