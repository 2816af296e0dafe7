/** What is measured: something between devices and the backend. */
import type { Target } from '../generator/protocol.ts';
import type { BenchKeys, KeyCase } from '../keys.ts';

export interface System {
  readonly name: string;
  readonly label: string;
  /** Whether DTLS is spoken: without, there are no handshakes to measure. */
  readonly dtls: boolean;
  /** Starts it on the given core; a sentence when it is not here. */
  start(scene: Scene): Promise<Running | string>;
  /** The same for devices that show keys, in the cases that it knows; absent: it knows none. */
  readonly keyed?: { readonly cases: readonly KeyCase[]; start(scene: KeyScene): Promise<Running | string> };
}

export interface Scene {
  readonly core: number;
  readonly backendPort: number;
  /** Devices that it must know, from number 0 on. */
  readonly devices: number;
}

export interface KeyScene {
  readonly core: number;
  readonly backendPort: number;
  readonly keys: BenchKeys;
  readonly what: KeyCase;
}

export interface Running {
  readonly target: Target;
  stop(): Promise<void>;
}

/** Where requests go behind every system. */
export const BACKEND_PATH = '/telemetry';
