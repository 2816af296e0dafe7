/** Commands with many lines: worked out in slices, so that others are answered meanwhile. */
import { agentRefusal } from './agents.ts';
import type { Plan, Planning } from './command.ts';
import type { LongCommand } from './enrolment-command.ts';
import { giveWay } from './pause.ts';
import { planDevices } from './plan-devices.ts';
import { planWindow } from './plan-window.ts';
import { only } from './refusals.ts';

/** Like `plan`, in its own time. Nothing else may be written meanwhile. */
export function planLong(planning: Planning, command: LongCommand): Promise<Plan> {
  const refused = agentRefusal(planning, command);
  if (refused !== undefined) return Promise.resolve(only(refused));
  return command.kind === 'add-devices'
    ? planDevices(planning, command, giveWay)
    : planWindow(planning, command, giveWay);
}
