/** Which options of a message may be trusted, and whether the message may be (RFC 7252 5.4.1, 5.4.3, 5.4.5). */
import type { CoapOption } from '../message.ts';
import { isCritical, optionDefinition } from './option-registry.ts';

/**
 * The options as the layers above may rely on them, or the number of the first critical one that makes the message
 * unacceptable. An option of a wrong length, or repeated without leave, counts as unrecognized: critical ones refuse
 * the message, elective ones are left out. Elective options with numbers unknown to us are kept, for the next hop.
 */
export function acceptOptions(options: readonly CoapOption[]): readonly CoapOption[] | number {
  let previous = -1;
  for (let i = 0; i < options.length; i++) {
    const { number, value } = options[i] as CoapOption;
    const known = optionDefinition(number);
    const acceptable =
      known === undefined
        ? !isCritical(number)
        : value.length >= known.minBytes &&
          value.length <= known.maxBytes &&
          (number !== previous || known.repeatable);
    if (!acceptable) return isCritical(number) ? number : acceptWithout(options, i);
    previous = number;
  }
  return options;
}

/** The same for the options without the one at `index`, which is elective and unusable. */
const acceptWithout = (options: readonly CoapOption[], index: number): readonly CoapOption[] | number =>
  acceptOptions(options.toSpliced(index, 1));
