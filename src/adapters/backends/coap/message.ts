/** The CoAP message of a relayed request, and what kind of block-wise transfer it belongs to. */
import { type CoapOption, getUintOption, OPTION, type Request } from '../../../coap/index.ts';
import { type RelayedRequest } from '../../../daemon/ports/index.ts';

/** The request as it goes to the backend: the path that was authorised, and the options beside it, in order. */
export function messageOf(request: RelayedRequest): Request {
  const options: CoapOption[] = [];
  let next = 0;
  for (; next < request.options.length; next++) {
    const candidate = request.options[next] as CoapOption;
    if (candidate.number > OPTION.URI_PATH) break;
    options.push(candidate);
  }
  for (const value of request.resource.segments) options.push({ number: OPTION.URI_PATH, value });
  for (; next < request.options.length; next++) options.push(request.options[next] as CoapOption);
  return { code: request.method, options, payload: request.payload, confirmable: true };
}

/** Whether the request carries one of several blocks of a body (RFC 7959 section 2.2). */
export function blockOf(request: RelayedRequest): 'none' | 'more' | 'last' {
  const block = getUintOption(request.options, OPTION.BLOCK1);
  if (block === undefined) return 'none';
  if ((block & MORE) !== 0) return 'more';
  return block >> NUMBER_SHIFT === 0 ? 'none' : 'last';
}

const MORE = 0x08;
const NUMBER_SHIFT = 4;
