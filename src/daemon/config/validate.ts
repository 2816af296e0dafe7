/** The schema's verdict on a value, in words for the operator who wrote it. */
import { Settings as Checker } from 'typebox/system';
import { Errors } from 'typebox/value';
import { isPlain } from './merge.ts';
import { type ConfigProblem, didYouMean, displayValue, pointerOf, stepsOf } from './problem.ts';
import { settingsSchema } from './schema.ts';

type SchemaError = ReturnType<typeof Errors>[number];

/** Everything in `value` (with defaults filled in) that the schema does not allow, in order of appearance. */
export function schemaProblems(value: unknown): ConfigProblem[] {
  Checker.Set({ maxErrors: PROBLEMS_MAX });
  return Errors(settingsSchema, value).flatMap((error) => problemsOf(error, value));
}

function problemsOf(error: SchemaError, whole: unknown): ConfigProblem[] {
  const { instancePath: pointer } = error;
  const steps = stepsOf(pointer);
  const value = valueAt(whole, steps);
  switch (error.keyword) {
    case 'boolean':
      return []; // the same unknown key again, from its own side
    case 'additionalProperties':
      return error.params.additionalProperties.map((key) => ({
        pointer: pointerOf([...steps, key]),
        message: isBackendName(steps) ? 'not a name: letters, digits, . _ - (64 at most)' : 'unknown key',
        ...(isBackendName(steps) ? {} : { hint: didYouMean(key, keysAt(steps)) }),
      }));
    case 'required':
      return error.params.requiredProperties.map((key) => ({
        pointer: pointerOf([...steps, key]),
        message: 'is missing',
        ...describe(steps, key),
      }));
    case 'enum': {
      const allowed = error.params.allowedValues.map(String);
      const hint = typeof value === 'string' ? didYouMean(value, allowed) : `one of: ${allowed.join(', ')}`;
      return [{ pointer, message: 'is not one of the known values', value: displayValue(value), hint }];
    }
    default:
      return [{ pointer, message: sentence(error), value: displayValue(value), ...describe(steps) }];
  }
}

function sentence(error: SchemaError): string {
  switch (error.keyword) {
    case 'type':
      return `must be ${article([error.params.type].flat().join(' or '))}`;
    case 'minimum':
      return `must be ${error.params.limit} or more`;
    case 'maximum':
      return `must be ${error.params.limit} or less`;
    case 'minItems':
    case 'minLength':
      return 'must not be empty';
    case 'maxItems':
      return `must have ${error.params.limit} items at most`;
    case 'maxLength':
      return `must have ${error.params.limit} characters at most`;
    case 'uniqueItems':
      return 'must not name anything twice';
    case 'pattern':
      return 'must be letters, digits, . _ - and begin with a letter or digit';
    default:
      return error.message;
  }
}

const article = (noun: string): string => (/^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`);

/** The schema's own description of a key, as the hint. */
function describe(steps: readonly string[], key?: string): { hint?: string } {
  const schema = schemaAt(key === undefined ? steps : [...steps, key]);
  return isPlain(schema) && typeof schema['description'] === 'string' ? { hint: schema['description'] } : {};
}

function keysAt(steps: readonly string[]): string[] {
  const schema = schemaAt(steps);
  return isPlain(schema) && isPlain(schema['properties']) ? Object.keys(schema['properties']) : [];
}

function schemaAt(steps: readonly string[]): unknown {
  return steps.reduce<unknown>((schema, step) => {
    if (!isPlain(schema)) return undefined;
    if (isPlain(schema['properties'])) return valueAt(schema['properties'], [step]);
    if (isPlain(schema['patternProperties'])) return Object.values(schema['patternProperties'])[0];
    return schema['items'];
  }, settingsSchema);
}

function valueAt(whole: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)] as unknown;
    return isPlain(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, whole);
}

const isBackendName = (steps: readonly string[]): boolean => steps.length === 1 && steps[0] === 'backends';

const PROBLEMS_MAX = 1_000;
