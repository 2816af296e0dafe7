/** Links as `/.well-known/core` serves them (RFC 6690 section 2). Writing only. */
import { utf8 } from '../base/index.ts';

/** An attribute: text is quoted, a number is not, `true` is the bare name. */
export type LinkAttribute = readonly [name: string, value: string | number | true];

export interface Link {
  /** A URI reference, in practice an absolute path. */
  readonly target: string;
  readonly attributes: readonly LinkAttribute[];
}

/** Content-Format of `application/link-format`. */
export const LINK_FORMAT = 40;

/** `</a>;rt="lock";ct=50,</b>`. */
export const encodeLinks = (links: readonly Link[]): string => links.map(encodeLink).join(',');

function encodeLink(link: Link): string {
  let text = `<${link.target.replace(UNSAFE_IN_TARGET, percentEncode)}>`;
  for (const [name, value] of link.attributes) {
    text += `;${name}`;
    if (typeof value === 'number') text += `=${value}`;
    else if (value !== true) text += `="${value.replace(/["\\]/g, '\\$&')}"`;
  }
  return text;
}

const percentEncode = (character: string): string =>
  Array.from(utf8(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** Everything that RFC 3986 does not let a URI reference contain, ">" above all. */
const UNSAFE_IN_TARGET = /[^\w.~:/?#[\]@!$&'()*+,;=%-]/gu;
