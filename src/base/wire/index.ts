/** Reading and writing of binary wire formats. */
export { Reader } from './reader.ts';
export { Writer } from './writer.ts';
