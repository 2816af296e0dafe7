/** What runs go through, by name. A seed's number decides which one it is. */
import { CALM, STORM } from './network.ts';
import type { Scenario } from './world.ts';

const PLAIN: Scenario = {
  weather: STORM,
  store: { delay: [0, 0], silence: 0 },
  devices: 5,
  requests: 5,
  reboots: 0,
  roamers: 0,
  ephemeral: false,
  quitters: 0,
  impostors: 0,
  attacks: [],
};

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  calm: { ...PLAIN, weather: CALM },
  storm: PLAIN,
  'slow-store': { ...PLAIN, store: { delay: [50, 4_000], silence: 0 } },
  'silent-store': { ...PLAIN, store: { delay: [1, 300], silence: 0.25 } },
  flood: { ...PLAIN, weather: { ...CALM, loss: 0.05 }, attacks: ['flood'] },
  replay: { ...PLAIN, attacks: ['replay'] },
  lie: { ...PLAIN, attacks: ['lie'] },
  reboot: { ...PLAIN, reboots: 4, store: { delay: [0, 500], silence: 0 } },
  roam: { ...PLAIN, roamers: 4, requests: 8 },
  'roam-replay': { ...PLAIN, roamers: 3, attacks: ['replay', 'lie'] },
  ephemeral: { ...PLAIN, ephemeral: true, store: { delay: [0, 500], silence: 0 } },
  quit: { ...PLAIN, quitters: 4, impostors: 2 },
  everything: {
    ...PLAIN,
    store: { delay: [0, 1_000], silence: 0.1 },
    reboots: 1,
    roamers: 2,
    quitters: 2,
    impostors: 2,
    attacks: ['flood', 'replay', 'lie'],
  },
};

/** The scenario of a seed. */
export function scenarioOf(seed: number): { name: string; scenario: Scenario } {
  const names = Object.keys(SCENARIOS);
  const name = names[seed % names.length] as string;
  return { name, scenario: SCENARIOS[name] as Scenario };
}
