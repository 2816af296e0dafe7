/** docs/reference/config.md and config/postern.schema.json */
import { configSchema } from '../../src/daemon/config/schema.ts';
import { code, type Page, page, type Section, table } from './markdown.ts';

/** What this page needs of JSON Schema. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly unit?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
}

export function configPages(): Page[] {
  const schema = configSchema as Schema;
  const json = `${JSON.stringify(configSchema, null, 2)}\n`;
  const lead =
    'One YAML file, `postern serve --config FILE`. Unknown keys are errors. `postern check --config FILE` says ' +
    'everything that is wrong with a file without starting anything. Editors understand ' +
    '`config/postern.schema.json`. A file lies on a profile (`config/profiles/`): keys that it does not mention ' +
    'keep the value of the profile, or their default.';
  return [
    page(
      'docs/reference/config.md',
      'Configuration',
      lead,
      ['src/daemon/config/schema.ts'],
      [{ title: 'Top level', blocks: [keys(schema)] }, ...sectionsOf(schema, '')],
    ),
    { path: 'config/postern.schema.json', text: json },
  ];
}

/** A section for every object below, however it is reached: by key, by name of choice, or in a list. */
function sectionsOf(schema: Schema, prefix: string): Section[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const named = Object.values(value.patternProperties ?? {})[0];
    const parts: [string, Schema | undefined][] = [
      [path, value.properties === undefined ? undefined : value],
      [`${path}.NAME`, named],
      [`${path}[]`, value.items],
    ];
    return parts.flatMap(([title, part]) => {
      if (part?.properties === undefined) return [];
      const blocks = value.description === undefined ? [keys(part)] : [value.description, keys(part)];
      return [{ title: code(title), blocks }, ...sectionsOf(part, title)];
    });
  });
}

function keys(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => [
    code(key),
    kindOf(value),
    schema.required?.includes(key) === true ? 'required' : defaultOf(value),
    value.description ?? '',
  ]);
  return table(['key', 'value', 'default', 'meaning'], rows);
}

function kindOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(' ');
  if (schema.items !== undefined) return `list of ${kindOf(schema.items)}`;
  if (schema.patternProperties !== undefined) return 'mapping by name';
  const { minimum, maximum } = schema;
  const range =
    minimum === undefined || maximum === undefined ? '' : ` ${number(minimum)} to ${number(maximum)}`;
  const unit = schema.unit === undefined ? '' : ` ${schema.unit}`;
  return `${schema.type ?? 'value'}${range}${unit}`;
}

function defaultOf(schema: Schema): string {
  if (schema.default === undefined) return '';
  if (Array.isArray(schema.default) && schema.default.length > 2) return 'all';
  const empty = typeof schema.default === 'object' && Object.keys(schema.default ?? {}).length === 0;
  return empty ? '' : code(JSON.stringify(schema.default));
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}
