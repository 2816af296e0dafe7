/** Writes what a tap saw as a capture file, with the addresses and ports of a device and a gateway made up. */
import type { Seen } from './tap.ts';

/** A pcap file (link type raw IPv4); the gateway's port is 5684 so that readers expect CoAP inside DTLS. */
export function pcapOf(seen: readonly Seen[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  return Buffer.concat([header, ...seen.map(frameOf)]);
}

function frameOf({ from, clientPort, moves, at, datagram }: Seen): Buffer {
  const toGateway = from === 'client';
  const port = (clientPort + moves) % 0x1_0000;
  const packet = Buffer.alloc(IPV4_BYTES + UDP_BYTES + datagram.length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet[8] = 64;
  packet[9] = PROTOCOL_UDP;
  packet.set(toGateway ? DEVICE : GATEWAY, 12);
  packet.set(toGateway ? GATEWAY : DEVICE, 16);
  packet.writeUInt16BE(toGateway ? port : COAPS_PORT, IPV4_BYTES);
  packet.writeUInt16BE(toGateway ? COAPS_PORT : port, IPV4_BYTES + 2);
  packet.writeUInt16BE(UDP_BYTES + datagram.length, IPV4_BYTES + 4);
  packet.set(datagram, IPV4_BYTES + UDP_BYTES);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Math.floor(at / 1_000), 0);
  head.writeUInt32LE((at % 1_000) * 1_000, 4);
  head.writeUInt32LE(packet.length, 8);
  head.writeUInt32LE(packet.length, 12);
  return Buffer.concat([head, packet]);
}

const LINKTYPE_RAW = 101;
const PROTOCOL_UDP = 17;
const IPV4_BYTES = 20;
const UDP_BYTES = 8;
const COAPS_PORT = 5684;
/** Documentation addresses (RFC 5737). */
const DEVICE = [192, 0, 2, 1];
const GATEWAY = [192, 0, 2, 2];
