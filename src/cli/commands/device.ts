/** `postern device`: who may connect, with what key, whose they are; and being one of them. */
import type { Command } from 'commander';
import { addAdd } from './device-add.ts';
import { addDeviceCredentials } from './device-credential.ts';
import { addDeviceOwnership } from './device-ownership.ts';
import { addDeviceRegistry } from './device-registry.ts';
import { addDeviceRequests } from './device-request.ts';
import { type CommandContext, examples } from './context.ts';

export function addDevice(program: Command, context: CommandContext): void {
  const device = program
    .command('device')
    .description('add, list, show and remove devices; their keys and their owners; act as one')
    .addHelpText(
      'after',
      examples(
        'postern device add lamp-1 --owner ann',
        'postern device add --batch fleet.csv --labels labels.csv',
        'postern device get coaps://127.0.0.1:5684/demo/hello --psk lamp-1:KEYHEX',
      ),
    );
  device.helpCommand(false).commandsGroup('Registry:');
  addAdd(device, context);
  addDeviceRegistry(device, context);
  device.commandsGroup('Keys:');
  addDeviceCredentials(device, context);
  device.commandsGroup('Owners:');
  addDeviceOwnership(device, context);
  device.commandsGroup('Act as a device with a pre-shared key (software independent of the gateway):');
  addDeviceRequests(device, context);
}
