/** The CoAP wire format (RFC 7252 section 3): codes, options, messages to and from bytes. No state, no time. */
export {
  CODE,
  codeClass,
  codeName,
  codeOf,
  isKnownMethod,
  isRequestCode,
  isResponseCode,
  isSafeMethod,
  isSuccess,
  methodName,
} from './code.ts';
export { copyBytes } from './copy.ts';
export {
  type DecodeCaps,
  type DecodeFault,
  decode,
  decodeHeader,
  decodeToken,
  type Header,
} from './decode.ts';
export { encode, encodeEmpty, encodeParts } from './encode.ts';
export { acceptOptions } from './option-check.ts';
export {
  isCritical,
  isNoCacheKey,
  isUnsafe,
  OPTION,
  OPTION_DEFINITIONS,
  type OptionDefinition,
  type OptionFormat,
  optionDefinition,
  optionName,
} from './option-registry.ts';
export {
  decodeUint,
  encodeUint,
  getOption,
  getOptions,
  getTextOption,
  getUintOption,
  type OptionValue,
  option,
  optionsOf,
  sortedOptions,
  withoutOption,
} from './options.ts';
