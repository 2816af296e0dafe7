/** Making and reading lists of options. */
import { fromUtf8, utf8 } from '../../base/index.ts';
import type { CoapOption } from '../message.ts';

/** What an option can be made of: a uint, a text (UTF-8), bytes, or several of these for a repeatable option. */
export type OptionValue = number | string | Uint8Array;

/** Options from pairs of number and value, in the order that the wire needs (RFC 7252 3.1). Values are copied. */
export function optionsOf(
  ...pairs: readonly (readonly [number: number, value: OptionValue])[]
): CoapOption[] {
  return sortedOptions(pairs.map(([number, value]) => option(number, value)));
}

/** One option; a number becomes a uint of the fewest bytes, a text its UTF-8. */
export function option(number: number, value: OptionValue): CoapOption {
  if (typeof value === 'number') return { number, value: encodeUint(value) };
  if (typeof value === 'string') return { number, value: utf8(value) };
  return { number, value: new Uint8Array(value) };
}

/** The same options in ascending order of number; those of one number keep their order. */
export function sortedOptions(options: readonly CoapOption[]): CoapOption[] {
  return options.toSorted((a, b) => a.number - b.number);
}

/** The value of the first option with this number. */
export function getOption(options: readonly CoapOption[], number: number): Uint8Array | undefined {
  for (const candidate of options) if (candidate.number === number) return candidate.value;
  return undefined;
}

/** The values of all options with this number, in order. */
export function getOptions(options: readonly CoapOption[], number: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  for (const candidate of options) if (candidate.number === number) values.push(candidate.value);
  return values;
}

/** The first option with this number as a uint. */
export function getUintOption(options: readonly CoapOption[], number: number): number | undefined {
  const value = getOption(options, number);
  return value === undefined ? undefined : decodeUint(value);
}

/** The first option with this number as text; `undefined` also when it is not well-formed UTF-8. */
export function getTextOption(options: readonly CoapOption[], number: number): string | undefined {
  const value = getOption(options, number);
  return value === undefined ? undefined : fromUtf8(value);
}

/** All options but those with this number. */
export function withoutOption(options: readonly CoapOption[], number: number): CoapOption[] {
  return options.filter((candidate) => candidate.number !== number);
}

/** `value` (0 .. 2^53 - 1) in network byte order with no leading zeros; 0 is the empty string (RFC 7252 3.2). */
export function encodeUint(value: number): Uint8Array {
  let length = 0;
  for (let rest = value; rest >= 1; rest = Math.floor(rest / 0x100)) length++;
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = rest % 0x100;
    rest = Math.floor(rest / 0x100);
  }
  return bytes;
}

/** A uint of at most six bytes, which is more than any option has; leading zeros are allowed (RFC 7252 3.2). */
export function decodeUint(bytes: Uint8Array): number {
  let value = 0;
  for (let i = 0; i < bytes.length; i++) value = value * 0x100 + (bytes[i] as number);
  return value;
}
