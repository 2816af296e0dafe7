/** One line of a micro benchmark. */
export function print(name: string, value: number, unit = 'ns'): void {
  process.stdout.write(`${name.padEnd(48)} ${value.toFixed(0).padStart(8)} ${unit}\n`);
}
