import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { buildProgram } from '../../../src/cli/program.ts';
import { processTerminal } from '../../../src/cli/terminal.ts';
import { postern } from './fake-terminal.ts';

describe('help', () => {
  test('the first page fits on one screen and names every command', async () => {
    const { code, out, err } = await postern(['--help']);
    assert.equal(code, 0);
    assert.equal(err, '');
    assert.ok(out.split('\n').length <= 45, 'one page');
    for (const name of ['serve', 'check', 'user', 'device', 'sessions', 'probe'])
      assert.match(out, new RegExp(`^  ${name}`, 'm'));
    assert.doesNotMatch(out, /demo-backend/);
  });

  for (const [path, command] of commands(buildProgram(processTerminal(), () => undefined))) {
    test(`${path} has a description and an example`, async () => {
      assert.notEqual(command.description(), '');
      const { code, out } = await postern([...path.split(' ').slice(1), '--help']);
      assert.equal(code, 0);
      assert.match(out, /Examples?:\n {2}\S/);
      assert.ok(
        out.split('\n').every((line) => line.length <= 120),
        'no line is too wide',
      );
    });
  }
});

describe('usage errors end with 2, say what, and point to the right page', () => {
  const cases = [
    { argv: ['devcie'], what: /unknown command 'devcie'[^]*device/, page: 'postern --help' },
    { argv: ['device', 'get'], what: /missing required argument 'uri'/, page: 'postern device get --help' },
    { argv: ['device', 'add', 'x'], what: /--owner/, page: 'postern device add --help' },
    { argv: ['serve', '--coaps-port', '70000'], what: /0 to 65535/, page: 'postern serve --help' },
    { argv: ['user', 'list', '--jsn'], what: /unknown option '--jsn'/, page: 'postern user list --help' },
  ];
  for (const { argv, what, page } of cases) {
    test(argv.join(' '), async () => {
      const { code, out, err } = await postern(argv);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, /^postern: /);
      assert.match(err, what);
      assert.ok(err.includes(`see: ${page}\n`), err);
    });
  }

  test('no command at all shows the page and is a usage error', async () => {
    const { code, err } = await postern([]);
    assert.equal(code, 2);
    assert.match(err, /^Usage: postern/);
  });
});

test('--version is the version of the package', async () => {
  const { code, out } = await postern(['--version']);
  assert.equal(code, 0);
  assert.match(out, /^\d+\.\d+\.\d+\n$/);
});

function commands(command: Command, path = 'postern'): [string, Command][] {
  return command.commands
    .filter((child) => child.name() !== 'demo-backend')
    .flatMap((child): [string, Command][] => {
      const below = `${path} ${child.name()}`;
      return [[below, child], ...commands(child, below)];
    });
}
