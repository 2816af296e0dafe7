/**
 * enrolment: what a device and a gateway have to know of each other, in forms that can be carried by hand. Pure.
 *
 *   Enrolment {psk | rpk | claim} --> CBOR --> NDEF message (URI + record) --> a tag
 *              psk, claim         --> QR text --> a picture
 *              psk                --> label --> CSV for a label printer
 *
 * NFC Forum NDEF 1.0 (no chunks), URI RTD 1.0, RFC 8949 section 4.2.1, RFC 4180.
 * Invariants: decoding is bounded and total, and its faults are named; what is decoded encodes to the same meaning; no
 * fault and no URI holds a secret. Does not draw keys, does not check them, and does not speak to readers of tags.
 */
export { readCbor, writeCbor } from './cbor.ts';
export { ENROLMENT_FAULTS, type EnrolmentFault, type Malformed } from './fault.ts';
export { type Label, labelHead, labelLines } from './labels.ts';
export {
  decodeEnrolmentMessage,
  ENROLMENT_MEDIA_TYPE,
  encodeEnrolmentMessage,
  type EnrolmentMessage,
  enrolmentUri,
} from './message.ts';
export { claimQrText, pskQrText } from './qr-text.ts';
export type { ClaimEnrolment, Enrolment, PskEnrolment, PublicKeyEnrolment } from './record.ts';
