/** docs/reference/rooms.md: the dependency rule, from the table that tidy enforces. */
import { ROOMS, type Room, SUB_DOORS } from '../tidy/table.ts';
import { code, type Page, page, table } from './markdown.ts';

export function roomsPage(): Page {
  const rooms: readonly Room[] = ROOMS;
  const lead =
    'Who may import whom. Each room is entered through its `index.ts`' +
    ` (and ${SUB_DOORS.map(code).join(', ')} by themselves). Pure rooms never wait, read no clock and know no process.`;
  const rows = rooms.map(({ path, pure, imports, types, packages }) => [
    code(path),
    pure ? 'pure' : '',
    imports.map(code).join(' '),
    types.map(code).join(' '),
    packages.map(code).join(' '),
  ]);
  const head = ['room', '', 'may import', 'and types of', 'packages and node modules'];
  return page(
    'docs/reference/rooms.md',
    'Rooms',
    lead,
    ['tools/tidy/table.ts'],
    [{ title: 'The table', blocks: [table(head, rows)] }],
  );
}
