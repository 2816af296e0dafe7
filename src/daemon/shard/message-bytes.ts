/** How large a message becomes, before it is encoded. */
import type { Response } from '../../coap/index.ts';

/** Bytes that the message with this response has at most: header, longest token, longest option heads. */
export function messageBytesBound(response: Response): number {
  let bytes = FRAME_BYTES + response.payload.length;
  for (const { value } of response.options) bytes += OPTION_HEAD_BYTES + value.length;
  return bytes;
}

/** RFC 7252 section 3: header, token of 8 bytes, payload marker. */
const FRAME_BYTES = 4 + 8 + 1;
const OPTION_HEAD_BYTES = 5;
