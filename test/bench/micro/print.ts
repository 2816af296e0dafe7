/** One line of a micro benchmark. */
export function print(name: string, nanoseconds: number): void {
  process.stdout.write(`${name.padEnd(48)} ${nanoseconds.toFixed(0).padStart(8)} ns\n`);
}
