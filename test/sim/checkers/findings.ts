/** What the checkers of a run found wrong; none, as a rule. */
export class Findings {
  readonly #found = new Set<string>();

  add(what: string): void {
    this.#found.add(what);
  }

  all(): string[] {
    return [...this.#found];
  }
}
