/**
 * coap: RFC 7252 as a pure, synchronous machine, in both roles. Bytes and time go in, effects come out.
 *
 *        receive(now, peer, datagram)            request(now, peer, ...)   respond(now, exchange, ...)
 *                 |                                        |                       |
 *      codec/decode, option-check                          v                       v
 *                 |                                 client-exchanges        server-exchanges
 *                 +-- request --> server-exchanges         |                       |
 *                 |                 answer-log             +---- transmissions ----+
 *                 +-- response, ACK, RST --> client-exchanges, transmissions
 *                                                          |
 *                 effects: send | request | response | failed | abandoned | dropped
 *
 * Claims: RFC 7252 (sections 2 to 5, 6.4, 6.5), the option registry as of RFC 9177, methods of RFC 8132, 4.29 of
 * RFC 8516.
 * Invariants: a request is handed out at most once per (peer, Message ID) within EXCHANGE_LIFETIME (as far as
 * answer-log.ts says); every request handed out ends in one answer or one `abandoned`, every request made in one
 * `response` or `failed`; no input makes it throw; every limit of limits.ts holds.
 * Not here: block-wise transfer and observation (their options pass through), proxying, multicast, DTLS.
 */
export {
  CODE,
  codeClass,
  codeName,
  codeOf,
  type DecodeCaps,
  type DecodeFault,
  decode,
  decodeUint,
  encode,
  encodeUint,
  getOption,
  getOptions,
  getTextOption,
  getUintOption,
  isCritical,
  isKnownMethod,
  isNoCacheKey,
  isRequestCode,
  isResponseCode,
  isSafeMethod,
  isSuccess,
  isUnsafe,
  methodName,
  OPTION,
  OPTION_DEFINITIONS,
  type OptionDefinition,
  type OptionFormat,
  type OptionValue,
  option,
  optionDefinition,
  optionName,
  optionsOf,
  sortedOptions,
  withoutOption,
} from './codec/index.ts';
export {
  type CoapDropReason,
  type CoapEffect,
  type CoapEffects,
  type CoapFailure,
  type ExchangeId,
  exchangeId,
  type PeerId,
  peerId,
} from './effect.ts';
export { CoapEndpoint, type CoapEndpointOptions, type CoapOccupancy } from './endpoint.ts';
export { COAP_LIMITS, type CoapLimits } from './limits.ts';
export { encodeLinks, LINK_FORMAT, type Link, type LinkAttribute } from './link-format.ts';
export {
  type CoapOption,
  type Code,
  type Message,
  type MessageId,
  type MessageType,
  messageId,
  type Request,
  type Response,
} from './message.ts';
export { isDotSegment, parsePath, parseQuery, pathOf, pathOptions, queryOf, queryOptions } from './uri.ts';
