/**
 * The exceptions from tidy, all of them. The list may only shrink: tidy reports a waiver that nothing needs any more.
 */

export interface Waiver {
  readonly rule: string;
  readonly path: string;
  /** Text of the line that is excused; without it, the whole file is excused from the rule. */
  readonly line?: string;
  readonly because: string;
}

export const WAIVERS: readonly Waiver[] = [
  {
    rule: 'unbounded',
    path: 'src/base/bounded.ts',
    line: '#entries = new Map',
    because: 'this is the Map that BoundedMap puts the bound around',
  },
  {
    rule: 'unbounded',
    path: 'src/base/deadlines.ts',
    line: '#byKey = new Map',
    because: 'one entry per armed key; the keys live in a bounded collection of the object that arms them',
  },
];
